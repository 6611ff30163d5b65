using System.CommandLine.Completions;
using System.Text;

namespace Orchestrator.Cli.Help;

/// <summary>Generates manual pages (<c>man orchestrate</c>, <c>man orchestrate-run</c>) from the command table.</summary>
internal static class ManualPages
{
    private static readonly (UseCaseOutcome Code, string Meaning)[] Codes =
    [
        (UseCaseOutcome.Done, "Done."),
        (UseCaseOutcome.WorkFailed, "The work failed because of a task, a gate or a conflict."),
        (UseCaseOutcome.Usage, "Wrong usage, an invalid plan or configuration, or no repository."),
        (UseCaseOutcome.NeedsPerson, "A question is waiting for a user."),
        (UseCaseOutcome.Resumable, "Paused or interrupted; 'orchestrate resume' continues the run."),
        (UseCaseOutcome.Unavailable, "The engine, git or an agent program is not available."),
        (UseCaseOutcome.Interrupted, "Interrupted before anything started."),
    ];

    /// <summary>Returns all pages, each with its file name and text.</summary>
    /// <param name="root">Root command with all commands.</param>
    public static IEnumerable<(string File, string Text)> Of(Command root) =>
        Below("", root)
            .Select(found => ($"{NameOf(found.Path)}.1", OfCommand(found.Path, found.Command)))
            .Prepend(("orchestrate.1", OfProgram(root)));

    private static IEnumerable<(string Path, Command Command)> Below(string path, Command parent) =>
        (path.Length == 0 ? CommandGroups.VisibleCommands(parent) : parent.Subcommands.Where(command => !command.Hidden)).SelectMany(
            command => Below($"{path} {command.Name}".Trim(), command).Prepend(($"{path} {command.Name}".Trim(), command))
        );

    private static string OfProgram(Command root)
    {
        var page = Begin("", root.Description ?? "").Append(".B orchestrate\n.I COMMAND\n[options]\n");
        var commands = CommandGroups.VisibleCommands(root).ToDictionary(command => command.Name);
        foreach (var (title, names) in CommandGroups.All)
        {
            Section(page, title);
            foreach (var name in names)
            {
                Item(page, NameOf(name) + "(1)", commands[name].Description ?? "");
            }
        }
        AddOptions(page, "OPTIONS OF EVERY COMMAND", root.Options.Where(option => option.Recursive));
        AddCodes(page, Codes);
        return page.ToString();
    }

    private static string OfCommand(string path, Command command)
    {
        var page = Begin(path, command.Description ?? "").Append(".B ").Append(Escape($"orchestrate {path}")).Append('\n');
        foreach (var argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            var many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
            var isOptional = argument.Arity.MinimumNumberOfValues == 0 || argument.HasDefaultValue;
            page.Append(".I ").Append(Escape(isOptional ? $"[{argument.Name}{many}]" : argument.Name + many)).Append('\n');
        }
        page.Append("[options]\n");
        if (command.Arguments.Any(argument => !argument.Hidden))
        {
            Section(page, "ARGUMENTS");
        }
        foreach (var argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            Item(page, argument.Name, argument.Description ?? "");
        }
        AddOptions(page, "OPTIONS", command.Options.Where(option => !option.Hidden));
        if (CommandHelp.Find(path) is { } help)
        {
            Section(page, "EXAMPLES").Append(".nf\n");
            foreach (var example in help.Examples)
            {
                page.Append(Escape(example)).Append('\n');
            }
            page.Append(".fi\n");
            AddCodes(page, help.Codes);
        }
        Section(page, "SEE ALSO").Append(".BR orchestrate (1)\n");
        return page.ToString();
    }

    private static StringBuilder Begin(string path, string description) =>
        new StringBuilder()
            .Append($".TH \"{NameOf(path).ToUpperInvariant()}\" 1 \"\" \"orchestrate {ProductVersion.Value}\"\n.SH NAME\n")
            .Append(Escape(NameOf(path)))
            .Append(" \\- ")
            .Append(Escape(description.TrimEnd('.')))
            .Append("\n.SH SYNOPSIS\n");

    private static StringBuilder Section(StringBuilder page, string title) => page.Append($".SH \"{Escape(title.ToUpperInvariant())}\"\n");

    private static void Item(StringBuilder page, string name, string text) => page.Append($".TP\n.B {Escape(name)}\n{Escape(text)}\n");

    private static void AddOptions(StringBuilder page, string title, IEnumerable<Option> options)
    {
        var shown = options.ToList();
        if (shown.Count > 0)
        {
            Section(page, title);
        }
        foreach (var option in shown)
        {
            var names = option.Aliases.Append(option.Name).Where(name => !name.StartsWith('/')).Distinct().OrderBy(name => name.Length);
            var hasValue = option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;
            Item(page, string.Join(", ", names) + (hasValue ? " " + ValueOf(option) : ""), option.Description ?? "");
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

    private static void AddCodes(StringBuilder page, IReadOnlyList<(UseCaseOutcome Code, string Meaning)> codes)
    {
        if (codes.Count > 0)
        {
            Section(page, "EXIT STATUS");
        }
        foreach (var (code, meaning) in codes)
        {
            Item(page, $"{(int)code}", meaning);
        }
    }

    private static string NameOf(string path) => path.Length == 0 ? "orchestrate" : $"orchestrate-{path.Replace(' ', '-')}";

    // In roff, a backslash starts an escape, and a leading period or apostrophe starts a request. A plain dash would become a hyphen.
    private static string Escape(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped is ['.' or '\'', ..] ? "\\&" + escaped : escaped;
    }
}
