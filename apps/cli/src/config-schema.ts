import * as z from 'zod';
import { streamCommand } from './commands/stream.ts';
import { settingsSchema, verifySchema } from './config.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** The configuration file as JSON Schema (2020-12), for editors. Flags are described as in `--help`. */
export function configSchema(): JsonObject {
  const { properties, ...rest } = jsonSchemaOf(settingsSchema) as { properties: Record<string, JsonObject> };
  const verify = { anyOf: [{ type: 'string', minLength: 1 }, withoutDialect(jsonSchemaOf(verifySchema))] };
  const flags = new Map(
    streamCommand()
      .options.filter(({ negate }) => !negate)
      .map((option) => [option.attributeName(), option.description]),
  );
  const described = Object.entries({ ...properties, verify }).map(([key, schema]) => {
    const description = flags.get(key);
    return [key, description === undefined ? schema : { description, ...schema }];
  });
  return { title: 'Settings of sage', ...rest, properties: Object.fromEntries(described) };
}

/** The schema of the input, before defaults. A function, which JSON cannot express, becomes "anything". */
function jsonSchemaOf(schema: z.ZodType): JsonObject {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

/** Only the top level needs to name the dialect. */
function withoutDialect(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}
