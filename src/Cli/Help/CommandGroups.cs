using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Help;

/// <summary>
/// Groups the commands for the program's help. Lists the essential commands, all commands by goal, and the corresponding command names of
/// other tools.
/// </summary>
internal static class CommandGroups
{
    /// <summary>Commands that a user needs on the way from a first plan to landed work, in the order of their use.</summary>
    public static readonly IReadOnlyList<string> Everybody =
    [
        "init",
        "check",
        "plan",
        "validate",
        "run",
        "resume",
        "status",
        "show",
        "inbox",
        "approve",
        "report",
        "land",
    ];

    /// <summary>Commands that only agents and their programs run. Help and completion omit these commands.</summary>
    public static readonly IReadOnlyList<string> OfAgents = ["done", "blocked", "mail", "mcp"];

    /// <summary>Commands with which a user answers a question or decides about a task.</summary>
    private static readonly string[] Decisions = ["approve", "reject", "retry", "skip"];

    /// <summary>All commands for users, grouped by goal in the order of the help.</summary>
    public static readonly IReadOnlyList<(string Title, string[] Commands)> All =
    [
        ("Set up", ["init", "check", "agents", "trust", "config", "notify", "completion", "version"]),
        ("Plan", ["plan", "validate", "prompt", "verify", "contracts", "context", "environment"]),
        ("Run", ["run", "spawn", "resume", "move", "night"]),
        (
            "Inspect",
            [
                "status",
                "watch",
                "report",
                "show",
                "logs",
                "diff",
                "proof",
                "flaky",
                "network",
                "open",
                "events",
                "history",
                "inbox",
                "usage",
                "collect",
                "worktrees",
                "sessions",
            ]
        ),
        ("Answer and decide", [.. Decisions, "resolve", "land", "pick", "pr", "accept"]),
        ("Steer", ["send", .. OtherCatalogCommands, "hold", "release", "budget", "cancel", "abort", "stop", "cleanup"]),
        ("Keep a backlog", ["tasks"]),
        ("Serve", ["web", "worker", "server", "service", "schedule"]),
    ];

    /// <summary>Commands of this program, by the name of the equivalent command in another tool.</summary>
    private static readonly Dictionary<string, string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        ["runs"] = "history",
        ["jobs"] = "history",
        ["ls"] = "history",
        ["ps"] = "watch",
        ["top"] = "watch",
        ["log"] = "logs",
        ["tail"] = "logs",
        ["info"] = "show",
        ["inspect"] = "show",
        ["describe"] = "show",
        ["view"] = "show",
        ["get"] = "show",
        ["state"] = "status",
        ["progress"] = "status",
        ["start"] = "run",
        ["exec"] = "run",
        ["execute"] = "run",
        ["apply"] = "run",
        ["launch"] = "run",
        ["up"] = "run",
        ["work"] = "run",
        ["continue"] = "resume",
        ["unpause"] = "resume",
        ["restart"] = "resume",
        ["down"] = "pause",
        ["suspend"] = "pause",
        ["kill"] = "stop",
        ["terminate"] = "cancel",
        ["doctor"] = "check",
        ["health"] = "check",
        ["setup"] = "init",
        ["install"] = "init",
        ["new"] = "plan",
        ["create"] = "plan",
        ["generate"] = "plan",
        ["lint"] = "validate",
        ["test"] = "verify",
        ["dag"] = "validate --view graph",
        ["parse-prd"] = "tasks parse",
        ["add-task"] = "tasks add",
        ["update-task"] = "tasks update",
        ["remove-task"] = "tasks delete",
        ["analyze-complexity"] = "validate --view risk",
        ["todo"] = "tasks next",
        ["merge"] = "land",
        ["deploy"] = "land",
        ["ship"] = "land",
        ["publish"] = "land",
        ["revert"] = "abort",
        ["undo"] = "abort",
        ["rollback"] = "abort",
        ["yes"] = "approve",
        ["confirm"] = "approve",
        ["deny"] = "reject",
        ["decline"] = "reject",
        ["rerun"] = "retry",
        ["message"] = "send",
        ["tell"] = "send",
        ["clean"] = "cleanup",
        ["prune"] = "cleanup",
        ["gc"] = "cleanup",
        ["rm"] = "cleanup",
        ["remove"] = "cleanup",
        ["delete"] = "cleanup",
        ["settings"] = "config",
        ["login"] = "agents",
        ["models"] = "agents",
        ["providers"] = "agents",
        ["summary"] = "report",
        ["results"] = "collect",
        ["stats"] = "usage",
        ["cost"] = "usage",
        ["ui"] = "web",
        ["dashboard"] = "web",
        ["serve"] = "web",
        ["cron"] = "schedule",
        ["daemon"] = "service",
        ["notifications"] = "inbox",
        ["questions"] = "inbox",
    };

    private static IEnumerable<string> OtherCatalogCommands => SteeringCatalog.CommandLines.Select(row => row.Name).Except(Decisions);

    /// <summary>All recognized command names of other tools.</summary>
    public static IEnumerable<string> ForeignWords => Foreign.Keys;

    /// <summary>
    /// Returns the command that an unknown word probably means, or null if there is none. Equivalents of other tools' commands take
    /// precedence over commands with a similar name.
    /// </summary>
    /// <param name="word">Word that is not a command.</param>
    /// <param name="root">Root command with all commands.</param>
    public static string? ProbableCommand(string word, Command root) =>
        Foreign.GetValueOrDefault(word) ?? NearestName.Of(word, [.. VisibleCommands(root).Select(known => known.Name)]);

    /// <summary>Returns the commands that are offered to users.</summary>
    /// <param name="root">Root command with all commands.</param>
    public static IEnumerable<Command> VisibleCommands(Command root) =>
        root.Subcommands.Where(command => !command.Hidden && !OfAgents.Contains(command.Name));

    /// <summary>Formats the commands as text.</summary>
    /// <param name="root">Root command with all commands.</param>
    /// <param name="all">True for all commands by goal, false for the essential ones.</param>
    /// <param name="width">Columns of the screen.</param>
    public static string Text(Command root, bool all, int width)
    {
        var commands = VisibleCommands(root).ToDictionary(command => command.Name);
        var groups = all ? All : [("Commands", [.. Everybody])];
        var names = groups.SelectMany(group => group.Commands).Max(name => name.Length);
        var lines = groups.SelectMany(group =>
            group.Commands.Select(name => $"  {name.PadRight(names)}  {commands[name].Description}").Prepend($"{group.Title}:").Append("")
        );
        return string.Concat(lines.SelectMany(line => TextWrapper.WrapWithIndent(line, width)).Select(row => row + "\n"));
    }
}
