/* The one object of a library whose code comes from archives alone. */
extern const char cupel_empty;
const char cupel_empty = 0;
