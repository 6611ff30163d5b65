using Orchestrator.Gates.Detection;
using Orchestrator.Gates.Runners;
using Orchestrator.Gates.Tampering;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Running;

/// <summary>Builds commands that run only some tests of a gate.</summary>
internal static partial class TestSubsetCommandBuilder
{
    private const int MostTests = 20;

    /// <summary>
    /// Returns a command that runs at least the given tests and usually few others, or null if the tests can't be selected.
    /// </summary>
    /// <param name="command">Command of the gate.</param>
    /// <param name="tests">Names of the tests in the source, or as the test runner spells them.</param>
    /// <param name="directory">Working directory of the gate, whose package.json defines scripts.</param>
    /// <returns>The command, or null if the tests can't be selected. Causes are a complex command, an unknown runner, or a name that would
    /// need escaping.</returns>
    public static string? Of(string command, IReadOnlyList<string> tests, string directory)
    {
        string[] names = [.. tests.Select(TestNames.Simple).Distinct()];
        if (names.Length is 0 or > MostTests || !names.All(name => Selectable().IsMatch(name)))
        {
            return null;
        }
        var (folder, inFolder) = GateCommandFolderPrefixEditor.Split(command);
        var selecting = Script().Match(inFolder) is { Success: true } script
            ? SelectInScript(
                script,
                NodeGateDetector.ScriptsOf(new ProjectFolderContentReader(new WorktreeFileReaderAndWriter(directory), folder)),
                names
            )
            : Select(inFolder, names);
        return selecting is null || folder.Length == 0 ? selecting : GateCommandFolderPrefixEditor.Join(folder, selecting);
    }

    private static string? SelectInScript(Match called, IReadOnlyDictionary<string, string> scripts, IReadOnlyList<string> names) =>
        scripts.GetValueOrDefault(called.Groups["name"].Value) is not { } text || OptionsOf(text) is not { } options ? null
        : options.IsFirst ? Select(text, names)
        : $"{called.Value}{(called.Groups["program"].Value == "yarn" ? "" : " --")} {FormatArguments(options, names)}";

    private static string? Select(string command, IReadOnlyList<string> names)
    {
        if (OptionsOf(command) is not { } options)
        {
            return null;
        }
        var part = options.Command.Match(command);
        var end = part.Index + part.Length;
        return options.IsFirst
            ? $"{command[..end]} {FormatArguments(options, names)}{command[end..]}"
            : $"{command} {FormatArguments(options, names)}";
    }

    private static TestFilterArgumentFormat? OptionsOf(string command) =>
        Plain().IsMatch(command)
            ? GateProgramOutputFormatTable
                .Rows.Select(row => row.Select)
                .FirstOrDefault(options => options?.Command.IsMatch(command) == true)
            : null;

    private static string FormatArguments(TestFilterArgumentFormat options, IReadOnlyList<string> names)
    {
        var values = names.Select(name => options.IsPattern ? Regex.Escape(name) : name);
        return options.All is { } all
            ? Word(all, string.Join(options.Between, values.Select(value => Filled(options.Each, value))))
            : string.Join(' ', values.Select(value => Word(options.Each, value)).Prepend(options.Begin)).TrimStart();
    }

    // An option's name ends at its last space. Selectable names contain no character that ends a quoted word.
    private static string Word(string option, string value)
    {
        var start = option.LastIndexOf(' ') + 1;
        return $"{option[..start]}'{Filled(option[start..], value)}'";
    }

    private static string Filled(string template, string value) => template.Replace("{0}", value, StringComparison.Ordinal);

    [GeneratedRegex(@"^(?<program>npm|pnpm|yarn)(?: run)? (?<name>[\w:-]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Script();

    [GeneratedRegex(@"^[\w./=:@,+ -]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^\w[^'\p{C}]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Selectable();
}
