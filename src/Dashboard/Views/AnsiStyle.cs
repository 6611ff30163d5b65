namespace Orchestrator.Dashboard.Views;

/// <summary>Style of terminal output, as selected by SGR sequences. Colors are limited to the 16 terminal colors, which a page can show
/// with enough contrast in its light and dark schemes.</summary>
/// <param name="Foreground">Color of the text, 0 to 15, or null for the default.</param>
/// <param name="Background">Color behind the text, 0 to 15, or null for the default.</param>
/// <param name="Attributes">Other attributes.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct AnsiStyle(int? Foreground, int? Background, AnsiAttributes Attributes)
{
    /// <summary>Style of plain text.</summary>
    public static AnsiStyle Plain => default;

    private static readonly (AnsiAttributes Attribute, string Css)[] Names =
    [
        (AnsiAttributes.Bold, "sgr-bold"),
        (AnsiAttributes.Dim, "sgr-dim"),
        (AnsiAttributes.Italic, "sgr-italic"),
        (AnsiAttributes.Underline, "sgr-underline"),
        (AnsiAttributes.Strike, "sgr-strike"),
        (AnsiAttributes.Inverse, "sgr-inverse"),
    ];

    private static readonly (int Red, int Green, int Blue)[] Palette =
    [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];

    /// <summary>CSS classes of the style, separated by spaces. Empty for plain text.</summary>
    public string Css
    {
        get
        {
            var attributes = Attributes;
            return string.Join(
                ' ',
                (string[])
                    [
                        .. Foreground is { } text ? [Name("sgr-", text)] : (string[])[],
                        .. Background is { } back ? [Name("sgr-on-", back)] : (string[])[],
                        .. Names.Where(name => attributes.HasFlag(name.Attribute)).Select(name => name.Css),
                    ]
            );
        }
    }

    /// <summary>Returns the style after an SGR sequence is applied.</summary>
    /// <param name="parameters">Numbers of the sequence, separated by semicolons or colons. Unknown numbers are ignored.</param>
    public AnsiStyle With(ReadOnlySpan<char> parameters)
    {
        var numbers = new List<int>();
        foreach (var part in parameters.SplitAny(';', ':'))
        {
            numbers.Add(int.TryParse(parameters[part], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        }
        var style = this;
        for (var i = 0; i < numbers.Count; i++)
        {
            style = numbers[i] is 38 or 48 ? style.WithColor(numbers, ref i) : style.With(numbers[i]);
        }
        return style;
    }

    private AnsiStyle With(int number) =>
        number switch
        {
            0 => Plain,
            1 => Set(AnsiAttributes.Bold),
            2 => Set(AnsiAttributes.Dim),
            3 => Set(AnsiAttributes.Italic),
            4 => Set(AnsiAttributes.Underline),
            7 => Set(AnsiAttributes.Inverse),
            9 => Set(AnsiAttributes.Strike),
            22 => Unset(AnsiAttributes.Bold | AnsiAttributes.Dim),
            23 => Unset(AnsiAttributes.Italic),
            24 => Unset(AnsiAttributes.Underline),
            27 => Unset(AnsiAttributes.Inverse),
            29 => Unset(AnsiAttributes.Strike),
            >= 30 and <= 37 => this with { Foreground = number - 30 },
            39 => this with { Foreground = null },
            >= 40 and <= 47 => this with { Background = number - 40 },
            49 => this with { Background = null },
            >= 90 and <= 97 => this with { Foreground = number - 90 + 8 },
            >= 100 and <= 107 => this with { Background = number - 100 + 8 },
            _ => this,
        };

    // 38;5;N selects one of 256 colors, and 38;2;R;G;B selects an RGB color.
    private AnsiStyle WithColor(List<int> numbers, ref int i)
    {
        var isText = numbers[i] == 38;
        var (color, used) =
            numbers.Count > i + 2 && numbers[i + 1] == 5 ? (Of256(numbers[i + 2]), 2)
            : numbers.Count > i + 4 && numbers[i + 1] == 2 ? (Nearest(numbers[i + 2], numbers[i + 3], numbers[i + 4]), 4)
            : ((int?)null, numbers.Count);
        i += used;
        return color is null ? this
            : isText ? this with { Foreground = color }
            : this with { Background = color };
    }

    private static int? Of256(int number) =>
        number switch
        {
            < 16 => number,
            < 232 => Nearest(Level((number - 16) / 36), Level((number - 16) / 6 % 6), Level((number - 16) % 6)),
            < 256 => Nearest(8 + ((number - 232) * 10), 8 + ((number - 232) * 10), 8 + ((number - 232) * 10)),
            _ => null,
        };

    private static int Level(int step) => step == 0 ? 0 : 55 + (step * 40);

    private static int Nearest(int red, int green, int blue) =>
        Enumerable
            .Range(0, Palette.Length)
            .MinBy(i => Square(Palette[i].Red - red) + Square(Palette[i].Green - green) + Square(Palette[i].Blue - blue));

    private static long Square(long difference) => difference * difference;

    private AnsiStyle Set(AnsiAttributes attribute) => this with { Attributes = Attributes | attribute };

    private AnsiStyle Unset(AnsiAttributes attribute) => this with { Attributes = Attributes & ~attribute };

    private static string Name(string prefix, int color) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{color}");
}

/// <summary>Attributes of terminal output.</summary>
[Flags]
internal enum AnsiAttributes
{
    /// <summary>No attribute.</summary>
    None = 0,

    /// <summary>Bold text.</summary>
    Bold = 1,

    /// <summary>Less prominent text.</summary>
    Dim = 2,

    /// <summary>Italic text.</summary>
    Italic = 4,

    /// <summary>Underlined text.</summary>
    Underline = 8,

    /// <summary>Crossed-out text.</summary>
    Strike = 16,

    /// <summary>Text and background colors exchanged.</summary>
    Inverse = 32,
}
