using System.Diagnostics;
using TextMateSharp.Grammars;
using TextMateSharp.Registry;

namespace Orchestrator.Dashboard.Views;

/// <summary>Part of a line of code that is highlighted in one style.</summary>
/// <param name="Look">CSS class, or null for plain text.</param>
/// <param name="Text">Part, already escaped for HTML.</param>
public sealed record HighlightedCodeSpan(string? Look, string Text);

/// <summary>
/// Highlights the syntax of a diff by the language of each file, using TextMate grammars. Within a hunk, the parser state continues from
/// line to line, separately for the old and the new text. Because agents write the code, the total time is limited, and lines beyond the
/// limit are not highlighted.
/// </summary>
internal sealed class SyntaxHighlighter
{
    /// <summary>
    /// Maximum length of a highlighted line in characters. Longer lines are not readable code, and highlighting them would be slow.
    /// </summary>
    public const int LongestLine = 400;

    /// <summary>Maximum time for highlighting a diff.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(1);

    private static readonly RegistryOptions Known = new(ThemeName.LightPlus);
    private static readonly Registry Registry = new(Known);

    // Neither the registry nor a grammar is thread-safe.
    private static readonly Lock Turn = new();

    // Files without an extension, and extensions unknown to the grammars.
    private static readonly Dictionary<string, string> Languages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Dockerfile"] = "dockerfile",
        ["Makefile"] = "makefile",
        ["Gemfile"] = "ruby",
        ["Rakefile"] = "ruby",
        [".toml"] = "ini",
        [".slnx"] = "xml",
        [".mts"] = "typescript",
        [".cts"] = "typescript",
        [".editorconfig"] = "ini",
        [".env"] = "ini",
    };

    // The innermost matching scope decides; an empty class ends the search.
    private static readonly (string Scope, string Look)[] Looks =
    [
        ("comment", "tok-comment"),
        ("constant.numeric", "tok-number"),
        ("constant.language", "tok-number"),
        ("entity.name.variable", ""),
        ("entity.name", "tok-name"),
        ("entity.other.attribute-name", "tok-name"),
        ("support", "tok-name"),
        ("keyword", Word),
        ("storage", Word),
        ("variable.language", "tok-word"),
        ("variable", ""),
        ("meta.interpolation", ""),
        ("meta.template.expression", ""),
        ("meta.embedded", ""),
        ("string", "tok-string"),
        ("markup.heading", "tok-name"),
        ("markup.inline.raw", "tok-string"),
    ];

    private const string Word = "tok-word";

    private readonly Stopwatch _clock = new();
    private IGrammar? _grammar;
    private IStateStack? _now;
    private IStateStack? _before;

    /// <summary>Starts a file. The lines that follow belong to the file.</summary>
    /// <param name="file">Name of the file, which determines the language.</param>
    public void Begin(string file)
    {
        BeginHunk();
        var name = Path.GetFileName(file);
        var ending = Path.GetExtension(name);
        lock (Turn)
        {
            var language =
                Languages.GetValueOrDefault(name) ?? Languages.GetValueOrDefault(ending) ?? Known.GetLanguageByExtension(ending)?.Id;
            _grammar = language is null ? null : Registry.LoadGrammar(Known.GetScopeByLanguageId(language));
        }
    }

    /// <summary>Starts a hunk of the diff, which is highlighted independently of earlier lines.</summary>
    public void BeginHunk() => (_now, _before) = (null, null);

    /// <summary>Splits a line of code into parts for highlighting. Together, the parts form the whole line.</summary>
    /// <param name="line">Line, already escaped for HTML, so that no part splits an escape sequence.</param>
    /// <param name="isAdded">True if the line is in the new file.</param>
    /// <param name="isRemoved">True if the line was in the old file. For an unchanged line, both are equal.</param>
    public IReadOnlyList<HighlightedCodeSpan> Of(string line, bool isAdded, bool isRemoved)
    {
        var left = Most - _clock.Elapsed;
        if (line.Length is 0 or > LongestLine || _grammar is null || left <= TimeSpan.Zero)
        {
            return [new HighlightedCodeSpan(null, line)];
        }
        ITokenizeLineResult found;
        lock (Turn)
        {
            _clock.Start();
            try
            {
                found = _grammar.TokenizeLine(new LineText(line), isRemoved ? _before : _now, left);
            }
            // If the native pattern library does not exist for a system, code is not highlighted.
            catch (Exception absent) when (absent is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
            {
                _grammar = null;
                return [new HighlightedCodeSpan(null, line)];
            }
            finally
            {
                _clock.Stop();
            }
        }
        (_now, _before) = (isRemoved && !isAdded ? _now : found.RuleStack, isAdded && !isRemoved ? _before : found.RuleStack);
        return Parts(line, found.Tokens);
    }

    private static List<HighlightedCodeSpan> Parts(string line, IEnumerable<IToken> tokens)
    {
        var parts = new List<HighlightedCodeSpan>();
        var at = 0;
        foreach (var token in tokens)
        {
            // Tokens may extend past the line because grammars need its line break.
            var end = Math.Min(token.EndIndex, line.Length);
            if (end > at)
            {
                Add(StyleOf(token.Scopes, line[at]), line[at..end]);
                at = end;
            }
        }
        if (at < line.Length)
        {
            Add(null, line[at..]);
        }
        return parts;

        void Add(string? look, string text)
        {
            if (parts is [.., var last] && last.Look == look)
            {
                parts[^1] = last with { Text = last.Text + text };
            }
            else
            {
                parts.Add(new HighlightedCodeSpan(look, text));
            }
        }
    }

    private static string? StyleOf(List<string> scopes, char first)
    {
        for (var i = scopes.Count - 1; i > 0; i--)
        {
            foreach (var (scope, look) in Looks)
            {
                if (scopes[i].StartsWith(scope, StringComparison.Ordinal))
                {
                    // Some grammars classify operators and brackets as keywords.
                    return look.Length == 0 || (look == Word && !char.IsLetter(first)) ? null : look;
                }
            }
        }
        return null;
    }
}
