using System.CommandLine;

namespace Orchestrator.Cli.Startup;

/// <summary>The commands in groups, by what a person wants to do, for the help of the program.</summary>
internal static class CommandGroups
{
    /// <summary>The groups, each with its commands in the order of the help.</summary>
    public static readonly IReadOnlyList<(string Title, string[] Commands)> All =
    [
        ("Set up", ["init", "check", "agents", "trust", "config", "notify", "completion", "version"]),
        ("Plan", ["plan", "validate", "graph", "conflicts", "risk", "prompt", "verify", "contracts", "context", "environment", "schema"]),
        ("Run", ["run", "spawn", "resume", "move", "task", "night"]),
        (
            "Look",
            [
                "status",
                "watch",
                "workers",
                "report",
                "show",
                "logs",
                "diff",
                "proof",
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
        ("Answer and decide", ["approve", "reject", "retry", "skip", "resolve", "promote", "land", "pick", "pr", "accept"]),
        ("Steer", ["send", "broadcast", "pause", "hold", "release", "budget", "cancel", "abort", "stop", "cleanup"]),
        ("Keep a backlog", ["tasks", "add", "parse", "expand", "list", "next", "set-status"]),
        ("Serve", ["web", "worker", "server", "service", "schedule"]),
        ("Called by agents and their programs, not by people", ["done", "blocked", "mail", "mcp"]),
    ];

    /// <summary>The groups and their commands as text.</summary>
    /// <param name="root">The root command with all commands.</param>
    public static string Text(Command root)
    {
        var commands = root.Subcommands.Where(command => !command.Hidden).ToDictionary(command => command.Name);
        var width = commands.Keys.Max(name => name.Length);
        return string.Concat(
                All.Select(group =>
                    $"{group.Title}:\n"
                    + string.Concat(group.Commands.Select(name => $"  {name.PadRight(width)}  {commands[name].Description}\n"))
                    + "\n"
                )
            ) + "'orchestrate COMMAND --help' tells all of one command.\n";
    }
}
