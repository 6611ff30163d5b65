using System.Globalization;
using Google.Protobuf.Collections;
using Range = Temporalio.Api.Schedule.V1.Range;

namespace Temporal.Server.Schedules.Specs;

/// <summary>A field of a calendar specification, with the field's name in error messages, its bounds and the names of its values.</summary>
internal sealed class CalendarField
{
    private readonly string[] _names;
    private readonly int _firstNamed;

    private CalendarField(string name, int min, int max, int firstNamed, params string[] names)
    {
        (Name, Min, Max, _firstNamed, _names) = (name, min, max, firstNamed, names);
    }

    public static CalendarField Second { get; } = new("Second", 0, 59, 0);

    public static CalendarField Minute { get; } = new("Minute", 0, 59, 0);

    public static CalendarField Hour { get; } = new("Hour", 0, 23, 0);

    public static CalendarField DayOfMonth { get; } = new("DayOfMonth", 1, 31, 0);

    public static CalendarField Month { get; } =
        new(
            "Month",
            1,
            12,
            1,
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december"
        );

    public static CalendarField Year { get; } = new("Year", 2000, 2100, 0);

    /// <summary>The day of the week, where both 0 and 7 are Sunday.</summary>
    public static CalendarField DayOfWeek { get; } =
        new("DayOfWeek", 0, 7, 0, "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday");

    public string Name { get; }

    public int Min { get; }

    public int Max { get; }

    /// <summary>
    /// Largest value that <c>*</c> covers. For the day of the week, this value is 6, because 7 is another number for Sunday.
    /// </summary>
    private int LastOfAll => this == DayOfWeek ? 6 : Max;

    /// <summary>Parses a list such as <c>1,5-9,*/10,mon-fri</c>.</summary>
    /// <param name="text">The text; an empty text means <paramref name="missing"/>.</param>
    /// <param name="missing">Text to use in place of an empty one.</param>
    /// <exception cref="ScheduleSpecException">The text is not a list of values of this field.</exception>
    public IEnumerable<Range> Parse(string text, string missing)
    {
        text = text.Trim().Length == 0 ? missing : text.Trim();
        if (this == Year && text == "*")
        {
            return [];
        }

        return text.Split(',').Select(part => ParsePart(part.Trim())).ToList();
    }

    /// <summary>Validates ranges and fills in their defaults, so that no end is before its start and no step is less than one.</summary>
    /// <exception cref="ScheduleSpecException">A range is out of bounds.</exception>
    public void Complete(RepeatedField<Range> ranges)
    {
        foreach (var range in ranges)
        {
            Check(range.Start, " Start");
            if (range.End == 0 && range.Start > 0)
            {
                range.End = range.Start;
            }

            Check(range.End, " End");
            range.End = Math.Max(range.End, range.Start);
            if (range.Step < 0)
            {
                throw new ScheduleSpecException($"invalid calendar spec: {Name} has invalid Step");
            }

            range.Step = Math.Max(1, range.Step);
        }
    }

    /// <summary>Returns an array in which the element at the index of each matching value is true.</summary>
    public bool[] Matches(RepeatedField<Range> ranges)
    {
        var matches = new bool[Max + 1];
        foreach (var range in ranges)
        {
            for (var value = range.Start; value <= range.End && value <= Max; value += Math.Max(1, range.Step))
            {
                matches[this == DayOfWeek ? value % 7 : value] = true;
            }
        }

        return matches;
    }

    private void Check(int value, string which)
    {
        if (value < Min || value > Max)
        {
            throw new ScheduleSpecException($"invalid calendar spec: {Name}{which} is not in range [{Min}-{Max}]");
        }
    }

    private Range ParsePart(string part)
    {
        var slash = part.Split('/');
        if (slash.Length > 2)
        {
            throw new ScheduleSpecException($"{Name} has too many slashes");
        }

        var step = 1;
        if (slash.Length == 2 && (!int.TryParse(slash[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step < 1))
        {
            throw new ScheduleSpecException($"{Name} has invalid Step");
        }

        if (slash[0] is "*" or "?")
        {
            return new Range
            {
                Start = Min,
                End = LastOfAll,
                Step = step,
            };
        }

        var dash = slash[0].Split('-');
        if (dash.Length > 2)
        {
            throw new ScheduleSpecException($"{Name} has too many dashes");
        }

        var start = Value(dash[0]);
        var end =
            dash.Length == 2 ? Value(dash[1])
            : slash.Length == 2 ? LastOfAll
            : start;

        // As the end of a range, Sunday is day 7; alone it is day 0.
        if (this == DayOfWeek && dash.Length == 1 && start == 7)
        {
            (start, end) = (0, slash.Length == 2 ? end : 0);
        }

        return end < start
            ? throw new ScheduleSpecException($"{Name} Start must be before End")
            : new Range
            {
                Start = start,
                End = end,
                Step = step,
            };
    }

    private int Value(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= Min && number <= Max)
        {
            return number;
        }

        if (text.Length >= 3)
        {
            var index = Array.FindIndex(_names, name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase));
            if (index >= 0)
            {
                return index + _firstNamed;
            }
        }

        throw new ScheduleSpecException($"{Name} is not in range [{Min}-{(this == DayOfWeek ? 7 : Max)}]");
    }
}
