/* The calendar repeats after 400 years, which have a whole number of days. */
#include "base/timestamp.h"

#define SECONDS_OF_DAY INT64_C(86400)
#define DAYS_OF_ERA INT64_C(146097)
#define DAYS_BEFORE_1970 INT64_C(719468) /* since the first of March of the year 0 */
#define YEAR_MAX 9999

struct date {
    int64_t year;
    unsigned int month; /* 1 to 12 */
    unsigned int day;   /* 1 to 31 */
};

/* Years that begin in March have the day that not all have as their last one; their months have 153
 * days in each five. */
static struct date date_of(int64_t days)
{
    int64_t since = days + DAYS_BEFORE_1970;
    int64_t era = (since >= 0 ? since : since - (DAYS_OF_ERA - 1)) / DAYS_OF_ERA;
    unsigned int of_era = (unsigned int)(since - era * DAYS_OF_ERA);
    unsigned int years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned int of_year = of_era - (365 * years + years / 4 - years / 100);
    unsigned int month = (5 * of_year + 2) / 153;
    bool is_next_year = month >= 10;

    return (struct date){ .year = era * 400 + years + is_next_year,
                          .month = is_next_year ? month - 9 : month + 3,
                          .day = of_year - (153 * month + 2) / 5 + 1 };
}

bool text_append_time(struct text *text, int64_t seconds)
{
    const size_t before = text->size;
    int64_t rest = seconds % SECONDS_OF_DAY;
    unsigned int of_day = (unsigned int)(rest < 0 ? rest + SECONDS_OF_DAY : rest);
    struct date date = date_of(seconds / SECONDS_OF_DAY - (rest < 0));
    const struct {
        unsigned int value;
        char behind;
    } parts[] = {
        { date.month, '-' },       { date.day, 'T' },     { of_day / 3600, ':' },
        { of_day / 60 % 60, ':' }, { of_day % 60, '\0' },
    };
    bool fits = date.year >= 0 && date.year <= YEAR_MAX &&
                text_append_decimal(text, (uint64_t)date.year, 4) && text_append_char(text, '-');

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && fits; i++)
        fits = text_append_decimal(text, parts[i].value, 2) &&
               (parts[i].behind == '\0' || text_append_char(text, parts[i].behind));
    if (!fits)
        text_rollback(text, before);
    return fits;
}
