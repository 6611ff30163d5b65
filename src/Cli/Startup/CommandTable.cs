using System.CommandLine;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Startup;

/// <summary>All commands. Only the one that is called is made, so that none slows the others down.</summary>
internal static class CommandTable
{
    private static readonly (string Name, Func<Command> Make)[] Commands =
    [
        ("init", static () => new InitCommand()),
        ("check", static () => new CheckCommand()),
        ("trust", static () => new TrustCommand()),
        ("accept", static () => new AcceptCommand()),
        ("plan", static () => new PlanCommand()),
        ("validate", static () => new ValidateCommand()),
        ("schema", static () => new SchemaCommand()),
        ("graph", static () => new GraphCommand()),
        ("conflicts", static () => new ConflictsCommand()),
        ("risk", static () => new RiskCommand()),
        ("contracts", static () => new ContractsCommand()),
        ("environment", static () => new EnvironmentCommand()),
        ("context", static () => new ContextCommand()),
        ("tasks", static () => new TasksCommand()),
        ("add", static () => new TasksAddCommand()),
        ("parse", static () => new TasksParseCommand()),
        ("expand", static () => new TasksExpandCommand()),
        ("list", static () => new TasksListCommand()),
        ("next", static () => new TasksNextCommand()),
        ("set-status", static () => new TasksSetStatusCommand()),
        ("config", static () => new ConfigCommand()),
        ("done", static () => new DoneCommand()),
        ("blocked", static () => new BlockedCommand()),
        ("mcp", static () => new McpCommand()),
        ("mail", static () => new MailCommand()),
        ("send", static () => new SendCommand()),
        ("broadcast", static () => new BroadcastCommand()),
        ("run", static () => new RunCommand()),
        ("resume", static () => new ResumeCommand()),
        ("status", static () => new StatusCommand()),
        ("history", static () => new HistoryCommand()),
        ("show", static () => new ShowCommand()),
        ("logs", static () => new LogsCommand()),
        ("events", static () => new EventsCommand()),
        ("diff", static () => new DiffCommand()),
        ("report", static () => new ReportCommand()),
        ("prompt", static () => new PromptCommand()),
        ("verify", static () => new VerifyCommand()),
        ("approve", static () => new AnswerCommand(approve: true)),
        ("reject", static () => new AnswerCommand(approve: false)),
        ("pause", static () => new PauseCommand()),
        ("hold", static () => new HoldCommand()),
        ("release", static () => new ReleaseCommand()),
        ("cancel", static () => new CancelCommand()),
        ("abort", static () => new AbortCommand()),
        ("retry", static () => new RetryCommand()),
        ("skip", static () => new SkipCommand()),
        ("promote", static () => new PromoteCommand()),
        ("land", static () => new LandCommand()),
        ("resolve", static () => new ResolveCommand()),
        ("cleanup", static () => new CleanupCommand()),
        ("stop", static () => new StopCommand()),
        ("hook", static () => new HookCommand()),
        ("ask-model", static () => new AskModelCommand()),
        ("worker", static () => new WorkerCommand()),
        ("server", static () => new ServerCommand()),
        ("completion", static () => new CompletionCommand()),
        ("complete", static () => new CompleteCommand(Root)),
        ("version", static () => new VersionCommand()),
    ];

    /// <summary>The command line's root with the command that is called, or with all of them for help and mistakes.</summary>
    public static RootCommand Root(IReadOnlyList<string> arguments)
    {
        var root = new RootCommand("Runs a plan of coding-agent tasks to merged commits, durably.")
        {
            GlobalOptions.WorkingDirectory(),
            GlobalOptions.Verbose(),
        };
        var called = arguments.Count > 0 ? Array.Find(Commands, command => command.Name == arguments[0]).Make : null;
        foreach (var (_, make) in called is null ? Commands : [("", called)])
        {
            root.Add(make());
        }
        return root;
    }
}
