using System.Text.RegularExpressions;

namespace Orchestrator.Plans;

/// <summary>Reads Go modules. Each nested module is a project, unless it is test data.</summary>
internal static partial class GoManifestReader
{
    private const string Kind = "go";

    /// <summary>Reads a <c>go.mod</c> or <c>go.work</c>.</summary>
    public static ProjectManifestContent Read(string path, string text)
    {
        var folder = RepositoryPath.FolderOf(path);
        return new ProjectManifestContent(Kind, folder)
        {
            Names = [.. Module().Matches(text).Select(module => (module.Groups[1].Value, folder))],
            References = [.. Require().Matches(text).Select(required => required.Groups[1].Value)],
            Paths = path.EndsWith(".work", StringComparison.Ordinal)
                ? []
                : ProjectManifestReader.Join(folder, Replace().Matches(text).Select(target => target.Groups[1].Value)),
            IsAlwaysProject = !folder.Split('/').Any(part => part is "testdata" or "vendor" || part.StartsWith('_')),
        };
    }

    [GeneratedRegex("""^\s*module\s+"?([^\s"]+)""", RegexOptions.Multiline)]
    private static partial Regex Module();

    [GeneratedRegex("""^\s*(?:require\s+)?"?([^\s"()/]+[^\s"()]*)"?\s+v\d""", RegexOptions.Multiline)]
    private static partial Regex Require();

    [GeneratedRegex("""=>\s*"?(\.{1,2}/[^\s"]*)""")]
    private static partial Regex Replace();
}
