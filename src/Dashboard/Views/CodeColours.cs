using ColorCode;
using ColorCode.Common;
using ColorCode.Parsing;

namespace Orchestrator.Dashboard.Views;

/// <summary>A part of a line of code.</summary>
/// <param name="Look">Its class of the style sheet; null: none.</param>
/// <param name="Text">The part, escaped for pages already.</param>
public sealed record CodePart(string? Look, string Text);

/// <summary>Colours lines of code by their language, each line for itself: a difference has no whole file.</summary>
internal sealed class CodeColours : CodeColorizerBase
{
    /// <summary>A longer line is no code that a person reads, and patterns would take long on it.</summary>
    public const int LongestLine = 400;

    private static readonly Dictionary<string, ILanguage> ByEnding = new(StringComparer.OrdinalIgnoreCase)
    {
        [".c"] = Languages.Cpp,
        [".cc"] = Languages.Cpp,
        [".cpp"] = Languages.Cpp,
        [".cs"] = Languages.CSharp,
        [".csproj"] = Languages.Xml,
        [".css"] = Languages.Css,
        [".fs"] = Languages.FSharp,
        [".h"] = Languages.Cpp,
        [".hpp"] = Languages.Cpp,
        [".hs"] = Languages.Haskell,
        [".htm"] = Languages.Html,
        [".html"] = Languages.Html,
        [".java"] = Languages.Java,
        [".js"] = Languages.JavaScript,
        [".json"] = Languages.JavaScript,
        [".jsx"] = Languages.JavaScript,
        [".mjs"] = Languages.JavaScript,
        [".php"] = Languages.Php,
        [".props"] = Languages.Xml,
        [".ps1"] = Languages.PowerShell,
        [".py"] = Languages.Python,
        [".sql"] = Languages.Sql,
        [".ts"] = Languages.Typescript,
        [".tsx"] = Languages.Typescript,
        [".vb"] = Languages.VbDotNet,
        [".xml"] = Languages.Xml,
    };

    private static readonly Dictionary<string, string> Looks = new(StringComparer.Ordinal)
    {
        [ScopeName.Comment] = "tok-comment",
        [ScopeName.HtmlComment] = "tok-comment",
        [ScopeName.XmlComment] = "tok-comment",
        [ScopeName.XmlDocComment] = "tok-comment",
        [ScopeName.String] = "tok-string",
        [ScopeName.StringCSharpVerbatim] = "tok-string",
        [ScopeName.JsonString] = "tok-string",
        [ScopeName.HtmlAttributeValue] = "tok-string",
        [ScopeName.XmlAttributeValue] = "tok-string",
        [ScopeName.CssPropertyValue] = "tok-string",
        [ScopeName.Keyword] = "tok-word",
        [ScopeName.ControlKeyword] = "tok-word",
        [ScopeName.PreprocessorKeyword] = "tok-word",
        [ScopeName.PseudoKeyword] = "tok-word",
        [ScopeName.Number] = "tok-number",
        [ScopeName.JsonNumber] = "tok-number",
        [ScopeName.JsonConst] = "tok-number",
        [ScopeName.ClassName] = "tok-name",
        [ScopeName.Type] = "tok-name",
        [ScopeName.JsonKey] = "tok-name",
        [ScopeName.HtmlElementName] = "tok-name",
        [ScopeName.XmlName] = "tok-name",
        [ScopeName.HtmlAttributeName] = "tok-name",
        [ScopeName.XmlAttribute] = "tok-name",
        [ScopeName.CssPropertyName] = "tok-name",
        [ScopeName.CssSelector] = "tok-name",
    };

    private readonly List<CodePart> _parts = [];

    private CodeColours()
        : base(null, null) { }

    /// <summary>The parts of a line, which in all are the line.</summary>
    /// <param name="line">The line, escaped for pages already, so that no part cuts through an escape.</param>
    /// <param name="file">Name of its file, which tells the language.</param>
    public static IReadOnlyList<CodePart> Of(string line, string file)
    {
        if (line.Length is 0 or > LongestLine || !ByEnding.TryGetValue(Path.GetExtension(file), out var language))
        {
            return [new CodePart(null, line)];
        }
        var colours = new CodeColours();
        colours.languageParser.Parse(line, language, colours.Write);
        return colours._parts;
    }

    /// <inheritdoc/>
    protected override void Write(string parsedSourceCode, IList<Scope> scopes)
    {
        var at = 0;
        foreach (var scope in scopes.OrderBy(scope => scope.Index))
        {
            if (scope.Index < at || !Looks.TryGetValue(scope.Name, out var look))
            {
                continue;
            }
            Add(null, parsedSourceCode[at..scope.Index]);
            Add(look, parsedSourceCode.Substring(scope.Index, scope.Length));
            at = scope.Index + scope.Length;
        }
        Add(null, parsedSourceCode[at..]);
    }

    private void Add(string? look, string text)
    {
        if (text.Length > 0)
        {
            _parts.Add(new CodePart(look, text));
        }
    }
}
