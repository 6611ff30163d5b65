namespace Orchestrator.Cli.Console;

/// <summary>The meaning of a part of a line, which a screen shows by color. Never by color alone: the words tell the same.</summary>
internal enum Tone
{
    /// <summary>Text without a meaning of its own, in no colour.</summary>
    Plain,

    /// <summary>Something is as it should be.</summary>
    Good,

    /// <summary>Something failed.</summary>
    Bad,

    /// <summary>A person should look or answer.</summary>
    Asks,

    /// <summary>Something is under way.</summary>
    Busy,

    /// <summary>Something matters less than the rest of the line.</summary>
    Faint,

    /// <summary>A heading.</summary>
    Strong,
}

/// <summary>A line with a part that may be coloured.</summary>
/// <param name="Text">The whole line.</param>
/// <param name="Tone">What the part says.</param>
/// <param name="Start">Where the part begins.</param>
/// <param name="Length">Its length; -1: to the end.</param>
internal readonly record struct ScreenLine(string Text, Tone Tone = Tone.Plain, int Start = 0, int Length = -1)
{
    /// <summary>A line without a coloured part.</summary>
    public static implicit operator ScreenLine(string text) => new(text);

    public override string ToString() => Text;
}
