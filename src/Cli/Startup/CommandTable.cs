using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Startup;

/// <summary>Table of all commands. Only the requested command is created, so that the start is fast.</summary>
internal static class CommandTable
{
    private static readonly (string Name, Func<Command> Make)[] Commands =
    [
        ("init", static () => new InitCommand()),
        ("check", static () => new CheckCommand()),
        ("agents", static () => new AgentsCommand()),
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
        ("flaky", static () => new FlakyCommand()),
        ("network", static () => new NetworkCommand()),
        ("notify", static () => new NotifyCommand()),
        ("done", static () => new DoneCommand()),
        ("blocked", static () => new BlockedCommand()),
        ("mcp", static () => new McpCommand()),
        ("mail", static () => new MailCommand()),
        ("send", static () => new SendCommand()),
        ("broadcast", static () => new BroadcastCommand()),
        ("run", static () => new RunCommand()),
        ("spawn", static () => new SpawnCommand()),
        ("resume", static () => new ResumeCommand()),
        ("move", static () => new MoveCommand()),
        ("task", static () => new TaskTransferCommand()),
        ("night", static () => new NightCommand()),
        ("status", static () => new StatusCommand()),
        ("workers", static () => new WorkersCommand()),
        ("watch", static () => new WatchCommand()),
        ("inbox", static () => new InboxCommand()),
        ("usage", static () => new UsageCommand()),
        ("history", static () => new HistoryCommand()),
        ("show", static () => new ShowCommand()),
        ("logs", static () => new LogsCommand()),
        ("events", static () => new EventsCommand()),
        ("proof", static () => new ProofCommand()),
        ("diff", static () => new DiffCommand()),
        ("open", static () => new OpenCommand()),
        ("report", static () => new ReportCommand()),
        ("pick", static () => new PickCommand()),
        ("collect", static () => new CollectCommand()),
        ("worktrees", static () => new WorktreesCommand()),
        ("sessions", static () => new SessionsCommand()),
        ("prompt", static () => new PromptCommand()),
        ("verify", static () => new VerifyCommand()),
        ("approve", static () => new AnswerCommand(SteeringCatalog.Approve)),
        ("reject", static () => new AnswerCommand(SteeringCatalog.Reject)),
        ("pause", static () => new CatalogCommand(SteeringCatalog.Pause)),
        ("hold", static () => new HoldCommand()),
        ("release", static () => new ReleaseCommand()),
        ("cancel", static () => new CancelCommand()),
        ("abort", static () => new AbortCommand()),
        (
            "budget",
            static () => new Command("budget", "Raise the budget of a run") { new CatalogCommand(SteeringCatalog.RaiseBudget, "raise") }
        ),
        ("retry", static () => new CatalogCommand(SteeringCatalog.Retry)),
        ("skip", static () => new CatalogCommand(SteeringCatalog.Skip)),
        ("promote", static () => new CatalogCommand(SteeringCatalog.Promote)),
        ("land", static () => new LandCommand()),
        ("pr", static () => new PrCommand()),
        ("resolve", static () => new ResolveCommand()),
        ("cleanup", static () => new CleanupCommand()),
        ("stop", static () => new StopCommand()),
        ("hook", static () => new HookCommand()),
        ("ask-model", static () => new AskModelCommand()),
        ("drive-acp", static () => new DriveAcpCommand()),
        ("web", static () => new WebCommand()),
        ("worker", static () => new WorkerCommand()),
        ("server", static () => new ServerCommand()),
        ("schedule", static () => new ScheduleCommand()),
        ("service", static () => new ServiceCommand()),
        ("completion", static () => new CompletionCommand()),
        ("complete", static () => new CompleteCommand(Root)),
        ("man", static () => new ManCommand(Root)),
        ("version", static () => new VersionCommand()),
    ];

    /// <summary>Returns the root command. It contains only the requested command, or all commands for help and mistyped names.</summary>
    public static Command Root(IReadOnlyList<string> arguments)
    {
        var called = Find(arguments);
        // The library's RootCommand adds the help option and loads its texts, which takes a tenth of a short command's time.
        var root = called is null || arguments.Any(MayAskForHelp) ? new RootCommand() : new Command("orchestrate");
        root.Description = "Runs a plan of coding-agent tasks to merged commits, durably.";
        root.Add(GlobalOptions.WorkingDirectory());
        root.Add(GlobalOptions.Verbose());
        root.Add(GlobalOptions.Color());
        if (called is not null)
        {
            root.Add(called());
            return root;
        }
        foreach (var (_, make) in Commands)
        {
            root.Add(make());
        }
        return root;
    }

    // The help option may also be part of a bundle of short options or of a response file.
    private static bool MayAskForHelp(string argument) =>
        argument.StartsWith("--help", StringComparison.Ordinal) || argument is ['/' or '@', ..] or ['-', not '-', ..];

    private static Func<Command>? Find(IReadOnlyList<string> arguments)
    {
        foreach (var (name, make) in Commands)
        {
            if (arguments.Count > 0 && name == arguments[0])
            {
                return make;
            }
        }
        return null;
    }
}
