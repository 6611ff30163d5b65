using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Startup;

/// <summary>
/// Table of all commands. The steering commands that have examples are added from <see cref="SteeringCatalog"/>. Only the requested command
/// is created, so that the program starts quickly.
/// </summary>
internal static class CliCommandRegistry
{
    private static readonly (string Name, Func<Command> Make)[] Commands =
    [
        ("init", static () => new InitCommand()),
        ("check", static () => new CheckReadinessCommand()),
        ("agents", static () => new AgentsCommand()),
        ("trust", static () => new TrustCommand()),
        ("accept", static () => new AcceptBlockedHooksCommand()),
        ("plan", static () => new PlanCommand()),
        ("validate", static () => new ValidateCommand()),
        ("contracts", static () => new InterfaceContractsCommand()),
        ("environment", static () => new ShowEnvironmentHashCommand()),
        ("context", static () => new ProjectContextCommand()),
        ("tasks", static () => new TasksCommand()),
        ("config", static () => new ConfigCommand()),
        ("flaky", static () => new FlakyCommand()),
        ("network", static () => new NetworkCommand()),
        ("notify", static () => new ManageNoticesCommand()),
        ("done", static () => new ReportTaskOutcomeCommand()),
        ("blocked", static () => new ReportBlockedTaskCommand()),
        ("mcp", static () => new McpCommand()),
        ("mail", static () => new MailCommand()),
        ("send", static () => new SendToAgentCommand()),
        ("run", static () => new RunCommand()),
        ("spawn", static () => new SpawnAgentsCommand()),
        ("resume", static () => new ResumeCommand()),
        ("move", static () => new MoveRunHereCommand()),
        ("night", static () => new NightCommand()),
        ("status", static () => new StatusCommand()),
        ("watch", static () => new WatchCommand()),
        ("inbox", static () => new InboxCommand()),
        ("usage", static () => new UsageCommand()),
        ("history", static () => new HistoryCommand()),
        ("show", static () => new ShowCommand()),
        ("logs", static () => new LogsCommand()),
        ("events", static () => new EventsCommand()),
        ("proof", static () => new ShowLineProvenanceCommand()),
        ("diff", static () => new DiffCommand()),
        ("open", static () => new OpenWorktreeCommand()),
        ("report", static () => new ReportCommand()),
        ("pick", static () => new PickBestTaskResultCommand()),
        ("collect", static () => new CollectRunResultsCommand()),
        ("worktrees", static () => new WorktreesCommand()),
        ("sessions", static () => new SessionsCommand()),
        ("prompt", static () => new ShowTaskPromptCommand()),
        ("verify", static () => new VerifyCommand()),
        ("hold", static () => new HoldCommand()),
        ("release", static () => new HoldReleaseCommand()),
        ("cancel", static () => new CancelCommand()),
        ("abort", static () => new AbortCommand()),
        (
            "budget",
            static () =>
                new Command("budget", "Raise the budget of a run")
                {
                    new CatalogDefinedSteeringCliCommand(SteeringCatalog.RaiseBudget, "raise"),
                }
        ),
        ("land", static () => new LandCommand()),
        ("pr", static () => new PrCommand()),
        ("resolve", static () => new ResolveEscalationCommand()),
        ("cleanup", static () => new CleanupCommand()),
        ("stop", static () => new StopCommand()),
        ("hook", static () => new ToolCallHookCommand()),
        ("ask-model", static () => new AskModelCommand()),
        ("drive-acp", static () => new DriveAcpCommand()),
        ("web", static () => new WebCommand()),
        ("worker", static () => new StartWorkerCommand()),
        ("server", static () => new ServerCommand()),
        ("schedule", static () => new ManageSchedulesCommand()),
        ("service", static () => new ServiceCommand()),
        ("completion", static () => new CompletionCommand()),
        ("complete", static () => new CompleteShellInputCommand(Root)),
        ("man", static () => new ManCommand(Root)),
        ("version", static () => new VersionCommand()),
    ];

    /// <summary>
    /// Former names of commands, each with its replacement. The former names still work, but help, completion and docs omit them.
    /// </summary>
    public static readonly IReadOnlyList<(string Former, string Present)> Aliases =
    [
        ("graph", "validate --view graph"),
        ("conflicts", "validate --view conflicts"),
        ("risk", "validate --view risk"),
        ("schema", "validate --schema"),
        ("promote", "land"),
        ("workers", "watch"),
        ("task export", "move export"),
        ("task import", "move import"),
        ("broadcast", "send --all"),
        ("add", "tasks add"),
        ("parse", "tasks parse"),
        ("expand", "tasks expand"),
        ("list", "tasks list"),
        ("next", "tasks next"),
        ("set-status", "tasks set-status"),
    ];

    /// <summary>Replaces the former name of a command with its present form. Global options may precede the name.</summary>
    public static IReadOnlyList<string> Modernize(IReadOnlyList<string> arguments)
    {
        var at = 0;
        while (at < arguments.Count && arguments[at].StartsWith('-'))
        {
            at += arguments[at] is "-C" or GlobalOptions.WorkingDirectoryName or GlobalOptions.ColorName ? 2 : 1;
        }
        foreach (var (former, present) in Aliases)
        {
            var words = former.Split(' ');
            if (arguments.Skip(at).Take(words.Length).SequenceEqual(words))
            {
                return [.. arguments.Take(at), .. present.Split(' '), .. arguments.Skip(at + words.Length)];
            }
        }
        return arguments;
    }

    /// <summary>
    /// Creates the root command. Contains only the requested command, or all commands if help is requested or the name is unknown.
    /// </summary>
    public static Command Root(IReadOnlyList<string> arguments)
    {
        var called = Find(arguments);
        // The library's RootCommand adds the help option and loads its texts, which takes a tenth of a short command's time.
        var root = called is null || arguments.Any(MayAskForHelp) ? new RootCommand() : new Command("orchestrate");
        root.Description = "Runs plans of tasks with coding agents, and lands only verified work.";
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
        foreach (var definition in SteeringCatalog.CommandLines)
        {
            root.Add(new CatalogDefinedSteeringCliCommand(definition));
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
        return arguments.Count > 0 && SteeringCatalog.CommandLines.FirstOrDefault(row => row.Name == arguments[0]) is { } definition
            ? () => new CatalogDefinedSteeringCliCommand(definition)
            : null;
    }
}
