using System.Diagnostics;
using TextMateSharp.Grammars;
using TextMateSharp.Registry;

namespace Orchestrator.Dashboard.Views;

/// <summary>A part of a line of code.</summary>
/// <param name="Look">Its class of the style sheet; null: none.</param>
/// <param name="Text">The part, escaped for pages already.</param>
public sealed record CodePart(string? Look, string Text);

/// <summary>Colours the lines of a difference by the language of each file, with TextMate's grammars. A hunk is read on from line to
/// line, once as it was and once as it is now, so that a comment over several lines is one. Agents write what is coloured, so all of it
/// together may take only so long; what comes after that stays plain.</summary>
internal sealed class CodeColours
{
    /// <summary>A longer line is no code that a person reads, and patterns would take long on it.</summary>
    public const int LongestLine = 400;

    /// <summary>The longest time for the colors of one difference.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(1);

    private static readonly RegistryOptions Known = new(ThemeName.LightPlus);
    private static readonly Registry Registry = new(Known);

    // Neither is made for several threads.
    private static readonly Lock Turn = new();

    // Files without an ending, and endings that the grammars do not name.
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

    // The innermost scope that says something decides; an empty look ends the search.
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

    /// <summary>The lines that follow are of this file.</summary>
    /// <param name="file">Its name, which tells the language.</param>
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

    /// <summary>The lines that follow have nothing to do with those before.</summary>
    public void BeginHunk() => (_now, _before) = (null, null);

    /// <summary>The parts of a line, which in all are the line.</summary>
    /// <param name="line">The line, escaped for pages already, so that no part cuts through an escape.</param>
    /// <param name="isAdded">It is in the file as it is now.</param>
    /// <param name="isRemoved">It was in the file before; a line that stayed is both or neither.</param>
    public IReadOnlyList<CodePart> Of(string line, bool isAdded, bool isRemoved)
    {
        var left = Most - _clock.Elapsed;
        if (line.Length is 0 or > LongestLine || _grammar is null || left <= TimeSpan.Zero)
        {
            return [new CodePart(null, line)];
        }
        ITokenizeLineResult found;
        lock (Turn)
        {
            _clock.Start();
            try
            {
                found = _grammar.TokenizeLine(new LineText(line), isRemoved ? _before : _now, left);
            }
            // On a system for which the library of its patterns was not built, code has no colours.
            catch (Exception absent) when (absent is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
            {
                _grammar = null;
                return [new CodePart(null, line)];
            }
            finally
            {
                _clock.Stop();
            }
        }
        (_now, _before) = (isRemoved && !isAdded ? _now : found.RuleStack, isAdded && !isRemoved ? _before : found.RuleStack);
        return Parts(line, found.Tokens);
    }

    private static List<CodePart> Parts(string line, IEnumerable<IToken> tokens)
    {
        var parts = new List<CodePart>();
        var at = 0;
        foreach (var token in tokens)
        {
            // What is behind the line is the end of it, which grammars want to see.
            var end = Math.Min(token.EndIndex, line.Length);
            if (end > at)
            {
                Add(LookOf(token.Scopes, line[at]), line[at..end]);
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
                parts.Add(new CodePart(look, text));
            }
        }
    }

    private static string? LookOf(List<string> scopes, char first)
    {
        for (var i = scopes.Count - 1; i > 0; i--)
        {
            foreach (var (scope, look) in Looks)
            {
                if (scopes[i].StartsWith(scope, StringComparison.Ordinal))
                {
                    // Operators and brackets are keywords to some grammars.
                    return look.Length == 0 || (look == Word && !char.IsLetter(first)) ? null : look;
                }
            }
        }
        return null;
    }
}
