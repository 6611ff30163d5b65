namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>spawn</c>: starts independent agents, one for each task description. The descriptions become the plan of a run, and by default each
/// result stays on its own branch.
/// </summary>
internal sealed class SpawnAgentsCommand : CliCommand
{
    private readonly Argument<string[]> _tasks = new("TASK")
    {
        Description = "Description of the work for one agent, in quotes (may be repeated)",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<string?> _from = new("--from")
    {
        Description =
            "Read tasks from this file, one from each item of its Markdown list, or else from each paragraph, or else from " + "each line",
        HelpName = "FILE",
    };
    private readonly Option<int> _times = new("--n")
    {
        Description = "Number of agents for each task; each result stays on its own branch",
        HelpName = "N",
        DefaultValueFactory = static _ => 1,
    };
    private readonly Option<bool> _pick = new("--pick")
    {
        Description =
            "With --n, pick the best result of each task by gates, measurements and size; the reviewer decides between equal "
            + "results. The other results stay on their branches",
    };
    private readonly Option<string?> _into = new("--run")
    {
        Description = "Add the tasks to this open run instead of starting a new run",
        HelpName = "RUN",
    };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Show the plan of the tasks without starting anything" };
    private readonly AdhocRunStarter _run = new();

    public SpawnAgentsCommand()
        : base("spawn", "Run agents on tasks that you describe in words; each result stays on its own branch")
    {
        Add(_tasks);
        Add(_from);
        Add(_times);
        Add(_pick);
        Add(_into);
        Add(_dryRun);
        _run.AddTo(this, asksAgain: true);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var into = parsed.GetValue(_into) is { } given ? StoredRunFinder.RequireOpen(repository, given) : null;
        var plan = PlanOf(parsed, context, into);
        if (into is not null && !parsed.GetValue(_dryRun))
        {
            return await AddAsync(parsed, plan, into, context, stop);
        }
        var opened = _run.Open(parsed, repository, context);
        if (parsed.GetValue(_dryRun))
        {
            var (input, yes) = _run.Asked(parsed, plan, repository, opened.Loaded.Settings!, picks: parsed.GetValue(_pick));
            return await new DryRunPrinter(plan, "The plan of these tasks", TaskSelectionOptions.All, opened.Loaded, context).ShowAsync(
                input,
                repository,
                yes,
                stop
            );
        }
        return await _run.StartAsync(
            parsed,
            plan,
            "spawn",
            repository,
            opened,
            context,
            stop,
            picks: parsed.GetValue(_pick),
            end: parsed.GetValue(_pick) ? (runId, code) => PickAsync(runId, code, repository, context, stop) : null
        );
    }

    // Also applies if some agents failed, because several agents are started for that case.
    private static async Task<UseCaseOutcome> PickAsync(
        string runId,
        UseCaseOutcome code,
        LocalRepositoryPaths repository,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        var run = StoredRunFinder.Require(repository, runId).Status;
        return
            code is UseCaseOutcome.Done or UseCaseOutcome.WorkFailed
            && run.Tasks.Count > 0
            && run.Tasks.All(task => TaskStateNames.IsEnd(task.State))
            ? (UseCaseOutcome)Math.Max((int)code, (int)await PickBestTaskResultCommand.ShowAsync(run, repository, context, stop))
            : code;
    }

    /// <summary>Creates a plan from the task descriptions in the arguments and in the file given by <c>--from</c>.</summary>
    /// <exception cref="UseCaseException">The texts are not valid tasks.</exception>
    private Plan PlanOf(ParseResult parsed, CliCommandServiceBundle context, StoredRun? into)
    {
        var file = parsed.GetValue(_from);
        IReadOnlyList<string> texts = [.. parsed.GetValue(_tasks) ?? [], .. file is null ? [] : context.PlanFiles.RequireTexts(file)];
        var times = parsed.GetValue(_times);
        if (times < 1)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"--n {times}: a task needs at least one agent.",
                "orchestrate spawn --n 3 \"TASK\""
            );
        }
        if (parsed.GetValue(_pick) && (times < 2 || into is not null))
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--pick chooses among several results of a task, so it needs --n of at least 2 and a new run (no --run).",
                "orchestrate spawn --n 3 --pick \"TASK\""
            );
        }
        if (AdhocPlan.Fault(texts, times) is { } fault)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                fault,
                "Give each task in quotes: orchestrate spawn \"Fix the login page\" \"Add tests for the parser\""
            );
        }
        return AdhocPlan.Of(texts, times, into is null ? null : [.. into.Status.Tasks.Select(task => task.Id)]);
    }

    private async Task<UseCaseOutcome> AddAsync(
        ParseResult parsed,
        Plan plan,
        StoredRun run,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        _run.RefuseOptionsOfNew(parsed);
        var command = new AddTasksArguments([.. plan.Tasks.Select(task => new NewTaskDescription(task.Id, task.Text))], context.Person);
        var sender = new RunSteeringCommandSender(run, _run.EngineFlags(parsed), context);
        return await sender.SendAsync(
                new SteeringMessage(WorkflowMessageNames.AddTasks, command) { Unchanged = SteeringNoEffectCause.Failed },
                stop
            ) ?? sender.StoreAndInform(parsed.Tokens.Select(token => token.Value));
    }
}
