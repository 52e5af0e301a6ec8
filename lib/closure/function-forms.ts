/** The forms of functions; the order is the code in the packet. */
export const FORMS = ['expression', 'method', 'getter', 'setter', 'class'] as const;
