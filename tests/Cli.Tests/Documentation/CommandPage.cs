using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Cli.Help;
using Orchestrator.Cli.Startup;
using Orchestrator.TestKit;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>Generates <c>docs/reference/commands.md</c> from the command table.</summary>
internal static partial class CommandPage
{
    /// <summary>Every command that people see, with its path; those that only hold others too.</summary>
    public static IReadOnlyList<(string Path, Command Command)> All { get; } = [.. Below("", CliCommandRegistry.Root([]))];

    /// <summary>The options that every command takes.</summary>
    public static IReadOnlyList<Option> Global { get; } = [.. CliCommandRegistry.Root([]).Options.Where(option => option.Recursive)];

    public static string Text()
    {
        var text = new StringBuilder("## Exit codes\n\n| code | meaning |\n|---|---|\n");
        foreach (var (code, meaning) in Codes())
        {
            text.Append($"| {code} | {meaning} |\n");
        }
        text.Append("\n## Options of every command\n\n");
        Options(text, Global);
        var goals = CommandGroups.All.Append(("Work as an agent", [.. CommandGroups.OfAgents])).ToList();
        text.Append("\n## Commands by goal\n\nThe twelve most important commands are in bold.\n\n| goal | commands |\n|---|---|\n");
        foreach (var (goal, commands) in goals)
        {
            text.Append($"| {goal} | {string.Join(", ", commands.SelectMany(Paths).Select(Linked))} |\n");
        }
        foreach (var (goal, commands) in goals)
        {
            text.Append($"\n## Commands to {char.ToLowerInvariant(goal[0])}{goal[1..]}\n");
            foreach (var path in commands.SelectMany(Paths))
            {
                Describe(text, path, All.First(entry => entry.Path == path).Command);
            }
        }
        return text.ToString();
    }

    // The paths of a command and of those below it that do something themselves.
    private static IEnumerable<string> Paths(string name) =>
        All.Where(entry => entry.Path.Split(' ')[0] == name && (entry.Command is CliCommand || entry.Command.Subcommands.Count == 0))
            .Select(entry => entry.Path);

    private static string Linked(string path)
    {
        var link = $"[`{path}`](#{path.Replace(' ', '-')})";
        return CommandGroups.Everybody.Contains(path) ? $"**{link}**" : link;
    }

    private static IEnumerable<(string Path, Command Command)> Below(string path, Command parent) =>
        parent
            .Subcommands.Where(command => !command.Hidden)
            .SelectMany(command => Below($"{path} {command.Name}".Trim(), command).Prepend(($"{path} {command.Name}".Trim(), command)));

    private static void Describe(StringBuilder text, string path, Command command)
    {
        text.Append($"\n### {path}\n\n{command.Description}.");
        var arguments = command.Arguments.Where(argument => !argument.Hidden).ToList();
        text.Append($"\n\n`orchestrate {path}{string.Concat(arguments.Select(argument => " " + Shown(argument)))}`\n\n");
        foreach (var argument in arguments)
        {
            text.Append($"- `{argument.Name}`: {argument.Description}{Default(argument.HasDefaultValue, argument.GetDefaultValue)}\n");
        }
        Options(text, command.Options);
        if (CommandHelp.Find(path) is not { } help)
        {
            return;
        }
        text.Append($"\n```sh\n{string.Join('\n', help.Examples)}\n```\n");
        if (help.Codes.Count > 0)
        {
            text.Append("\n| exit code | meaning |\n|---|---|\n");
            text.Append(string.Concat(help.Codes.Select(code => $"| {(int)code.Code} | {code.Meaning} |\n")));
        }
    }

    private static void Options(StringBuilder text, IEnumerable<Option> options)
    {
        foreach (var option in options.Where(option => !option.Hidden))
        {
            var names = option.Aliases.Append(option.Name).Where(name => !name.StartsWith('/')).Distinct().OrderBy(name => name.Length);
            var value = option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0 ? "" : " " + ValueOf(option);
            text.Append(
                $"- `{string.Join(", ", names)}{value}`: {option.Description}{(option.Required ? "; required" : "")}"
                    + $"{(option.ValueType == typeof(bool) ? "" : Default(option.HasDefaultValue, option.GetDefaultValue))}\n"
            );
        }
    }

    private static string ValueOf(Option option) =>
        option.HelpName
        ?? (
            option.CompletionSources.SelectMany(source => source(CompletionContext.Empty)).Select(item => item.Label).Order().ToList()
                is { Count: > 0 } choices
                ? string.Join('|', choices)
                : option.Name.TrimStart('-').ToUpperInvariant()
        );

    private static string Shown(Argument argument)
    {
        var many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
        return argument.Arity.MinimumNumberOfValues == 0 || argument.HasDefaultValue ? $"[{argument.Name}{many}]" : argument.Name + many;
    }

    private static string Default(bool hasDefault, Func<object?> value) =>
        hasDefault && value() is { } given and not (string[] or "") ? $" (default: `{given}`)" : "";

    // Said once, beside the constants.
    private static IEnumerable<(string Code, string Meaning)> Codes() =>
        ExitCode()
            .Matches(File.ReadAllText(RepositoryFiles.Path("src/App/UseCaseOutcome.cs")))
            .Select(match =>
                (
                    match.Groups["code"].Value,
                    CodeTag().Replace(CommentLineBreak().Replace(match.Groups["meaning"].Value, " ").Trim(), "`$1`")
                )
            );

    [GeneratedRegex(@"/// <summary>(?<meaning>(?:(?!</summary>)[\s\S])+)</summary>\s+\w+ = (?<code>\d+),")]
    private static partial Regex ExitCode();

    [GeneratedRegex(@"\s*/// ")]
    private static partial Regex CommentLineBreak();

    [GeneratedRegex("<c>(.+?)</c>")]
    private static partial Regex CodeTag();
}
