// The floor: the index read and parsed, nothing else.
import { readFileSync } from 'node:fs';

const { tickets } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log(JSON.stringify({ tickets: tickets.length, megabytes: process.resourceUsage().maxRSS / 1024 }));
