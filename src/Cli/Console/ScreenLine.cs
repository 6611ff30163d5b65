namespace Orchestrator.Cli.Console;

/// <summary>Meaning of a part of a line, which a screen shows by color. The text itself expresses the same meaning, so that it is clear
/// without color.</summary>
internal enum TextTone
{
    /// <summary>Text without a special meaning or color.</summary>
    Plain,

    /// <summary>A success or an expected state.</summary>
    Good,

    /// <summary>Text about a failure.</summary>
    Bad,

    /// <summary>A state that needs attention or an answer.</summary>
    Asks,

    /// <summary>Text about work in progress.</summary>
    Busy,

    /// <summary>A detail that is less important than the rest of the line.</summary>
    Faint,

    /// <summary>Text of a heading.</summary>
    Strong,
}

/// <summary>A line with a part that may be colored.</summary>
/// <param name="Text">The whole line.</param>
/// <param name="Tone">Meaning of the part.</param>
/// <param name="Start">Index of the part's first character.</param>
/// <param name="Length">Length of the part, or -1 for the rest of the line.</param>
internal readonly record struct ScreenLine(string Text, TextTone Tone = TextTone.Plain, int Start = 0, int Length = -1)
{
    /// <summary>Converts a string to a line without a colored part.</summary>
    public static implicit operator ScreenLine(string text) => new(text);

    public override string ToString() => Text;
}
