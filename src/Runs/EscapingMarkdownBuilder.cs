using System.Runtime.CompilerServices;

namespace Orchestrator.Runs;

/// <summary>
/// Builds Markdown from trusted literals and untrusted values. Literals in the code are appended unchanged, and every interpolated value is
/// escaped by <see cref="UntrustedText.Markdown"/>. Text can't be appended in any other way.
/// </summary>
public sealed class EscapingMarkdownBuilder
{
    private readonly StringBuilder _text = new();

    /// <summary>Creates Markdown from an interpolated string.</summary>
    public static EscapingMarkdownBuilder Of(MarkdownInterpolationHandler words) => words.Text;

    /// <summary>True if the text is empty.</summary>
    public bool IsEmpty => _text.Length == 0;

    /// <summary>Appends an interpolated string.</summary>
    public EscapingMarkdownBuilder Append([InterpolatedStringHandlerArgument("")] MarkdownInterpolationHandler words)
    {
        _ = words;
        return this;
    }

    /// <summary>Appends Markdown that is already escaped.</summary>
    public EscapingMarkdownBuilder Append(EscapingMarkdownBuilder part)
    {
        _text.Append(part._text);
        return this;
    }

    /// <summary>Appends several pieces of Markdown in order.</summary>
    public EscapingMarkdownBuilder Append(IEnumerable<EscapingMarkdownBuilder> parts)
    {
        foreach (var part in parts.ToList())
        {
            Append(part);
        }
        return this;
    }

    /// <summary>Appends an <c>orchestrate</c> command as a code block that a user can copy.</summary>
    /// <param name="command">The command line. Ids in it need no escaping.</param>
    public EscapingMarkdownBuilder AppendCommand(string command)
    {
        _text.Append("    ").Append(new UntrustedText(command).Line).Append('\n');
        return this;
    }

    /// <summary>Appends untrusted text as a paragraph, or as a quoted block if it has several lines.</summary>
    public EscapingMarkdownBuilder AppendParagraph(string text) =>
        !text.AsSpan().Trim().ContainsAny('\n', '\r') ? Append($"{text}\n")
        : IsEmpty || _text[^1] == '\n' ? AppendBlock(text)
        : Append($"\n\n").AppendBlock(text);

    /// <summary>
    /// Appends untrusted text as a quoted block of code. Each line gets a prefix, so that Markdown in the text has no effect.
    /// </summary>
    public EscapingMarkdownBuilder AppendBlock(string text)
    {
        foreach (var line in new UntrustedText(text).Block(UntrustedText.MarkdownMark + "    "))
        {
            _text.Append(line).Append('\n');
        }
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>Handler for interpolated strings. It keeps literals unchanged and escapes values.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct MarkdownInterpolationHandler
    {
        /// <summary>Creates a handler that builds new Markdown.</summary>
        public MarkdownInterpolationHandler(int literalLength, int formattedCount)
            : this(literalLength, formattedCount, new EscapingMarkdownBuilder()) { }

        /// <summary>Creates a handler that appends to existing Markdown.</summary>
        public MarkdownInterpolationHandler(int literalLength, int formattedCount, EscapingMarkdownBuilder text)
        {
            Text = text;
            text._text.EnsureCapacity(text._text.Length + literalLength + (formattedCount * 16));
        }

        internal EscapingMarkdownBuilder Text { get; }

        /// <summary>Appends a trusted literal unchanged.</summary>
        public void AppendLiteral(string words) => Text._text.Append(words);

        /// <summary>Appends Markdown that is already escaped.</summary>
        public void AppendFormatted(EscapingMarkdownBuilder part) => Text.Append(part);

        /// <summary>Appends a number.</summary>
        public void AppendFormatted(long number) => Text._text.Append(number.ToString(CultureInfo.InvariantCulture));

        /// <summary>Appends a number, or nothing if it is null.</summary>
        /// <param name="format">A .NET numeric format string.</param>
        public void AppendFormatted(decimal? number, string format) =>
            Text._text.Append(number?.ToString(format, CultureInfo.InvariantCulture));

        /// <summary>Appends a time in UTC.</summary>
        /// <param name="format">A .NET date and time format string.</param>
        public void AppendFormatted(DateTimeOffset time, string format) =>
            Text._text.Append(time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture));

        /// <summary>Escapes and appends untrusted text.</summary>
        public void AppendFormatted(object? value) => AppendFormatted(value?.ToString());

        /// <inheritdoc cref="AppendFormatted(object?)"/>
        /// <remarks>Spaces at the start or end of the value are reduced to a single space if a literal precedes or follows.</remarks>
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
