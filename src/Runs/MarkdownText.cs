using System.Runtime.CompilerServices;

namespace Orchestrator.Runs;

/// <summary>Markdown for people. The words of its code are ours; whatever stands in the holes between them is of others, and is escaped as
/// <see cref="UntrustedText.Markdown"/>: there is no way to append a text otherwise.</summary>
public sealed class MarkdownText
{
    private readonly StringBuilder _text = new();

    /// <summary>Markdown of these words.</summary>
    public static MarkdownText Of(Words words) => words.Text;

    /// <summary>True if nothing was appended.</summary>
    public bool IsEmpty => _text.Length == 0;

    /// <summary>Appends words.</summary>
    public MarkdownText Append([InterpolatedStringHandlerArgument("")] Words words)
    {
        _ = words;
        return this;
    }

    /// <summary>Appends Markdown.</summary>
    public MarkdownText Append(MarkdownText part)
    {
        _text.Append(part._text);
        return this;
    }

    /// <summary>Appends Markdown in this order.</summary>
    public MarkdownText Append(IEnumerable<MarkdownText> parts)
    {
        foreach (var part in parts.ToList())
        {
            Append(part);
        }
        return this;
    }

    /// <summary>Appends a command of ours to be copied, as a line of a code block.</summary>
    /// <param name="command">The command; ids in it are plain.</param>
    public MarkdownText AppendCommand(string command)
    {
        _text.Append("    ").Append(new UntrustedText(command).Line).Append('\n');
        return this;
    }

    /// <summary>Appends text of others as a paragraph; what has several lines as a quoted block.</summary>
    public MarkdownText AppendParagraph(string text) =>
        !text.AsSpan().Trim().ContainsAny('\n', '\r') ? Append($"{text}\n")
        : IsEmpty || _text[^1] == '\n' ? AppendBlock(text)
        : Append($"\n\n").AppendBlock(text);

    /// <summary>Appends text of others as a quoted block of code: every line is marked, and nothing in it is active.</summary>
    public MarkdownText AppendBlock(string text)
    {
        foreach (var line in new UntrustedText(text).Block(UntrustedText.MarkdownMark + "    "))
        {
            _text.Append(line).Append('\n');
        }
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>An interpolated string: its words as they are written in the code, its holes escaped.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Words
    {
        /// <summary>For words by themselves.</summary>
        public Words(int literalLength, int formattedCount)
            : this(literalLength, formattedCount, new MarkdownText()) { }

        /// <summary>For words of a text.</summary>
        public Words(int literalLength, int formattedCount, MarkdownText text)
        {
            Text = text;
            text._text.EnsureCapacity(text._text.Length + literalLength + (formattedCount * 16));
        }

        internal MarkdownText Text { get; }

        /// <summary>Words of ours.</summary>
        public void AppendLiteral(string words) => Text._text.Append(words);

        /// <summary>Markdown.</summary>
        public void AppendFormatted(MarkdownText part) => Text.Append(part);

        /// <summary>A number.</summary>
        public void AppendFormatted(long number) => Text._text.Append(number.ToString(CultureInfo.InvariantCulture));

        /// <summary>A number; null is empty.</summary>
        /// <param name="format">A numeric format.</param>
        public void AppendFormatted(decimal? number, string format) =>
            Text._text.Append(number?.ToString(format, CultureInfo.InvariantCulture));

        /// <summary>A time.</summary>
        /// <param name="format">A format of dates.</param>
        public void AppendFormatted(DateTimeOffset time, string format) =>
            Text._text.Append(time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture));

        /// <summary>Text of others.</summary>
        public void AppendFormatted(object? value) => AppendFormatted(value?.ToString());

        /// <inheritdoc cref="AppendFormatted(object?)"/>
        /// <remarks>A blank at an end of it stays, as one, where words stand beside it.</remarks>
        public void AppendFormatted(string? text)
        {
            var words = new UntrustedText(text).Markdown;
            if (words.Length == 0)
            {
                return;
            }
            if (text![0] == ' ' && Text._text.Length > 0 && Text._text[^1] is not ('\n' or ' '))
            {
                Text._text.Append(' ');
            }
            Text._text.Append(words);
            if (text[^1] == ' ')
            {
                Text._text.Append(' ');
            }
        }
    }
}
