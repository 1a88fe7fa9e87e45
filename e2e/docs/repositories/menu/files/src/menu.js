export const menu = ['apple cake', 'plum cake'];
