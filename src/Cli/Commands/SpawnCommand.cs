using System.CommandLine;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Cli.Web;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary><c>spawn</c>: independent agents for tasks in words. A run with a plan that is made of the texts, whose results stay on a
/// branch each.</summary>
internal sealed class SpawnCommand : CliCommand
{
    private readonly Argument<string[]> _tasks = new("TASK")
    {
        Description = "What an agent has to do, each in quotes",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<string?> _from = new("--from")
    {
        Description = "Take the tasks from a file: the items of its Markdown list, else its paragraphs, else its lines",
        HelpName = "FILE",
    };
    private readonly Option<int> _times = new("--n")
    {
        Description = "Give each task to this many agents; each result stays on a branch of its own",
        HelpName = "N",
        DefaultValueFactory = static _ => 1,
    };
    private readonly RunOptionsSet _options = new();
    private readonly EngineOptions _engine = new();
    private readonly Option<bool> _dryRun = new("--dry-run", "-n")
    {
        Description = "Show the plan that is made of the tasks; start nothing",
    };
    private readonly PageOption _page = new();
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Go on in the background" };
    private readonly Option<bool> _attached = GlobalOptions.Attached();
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<string?> _id = new(DetachedRun.RunId) { Description = "Id of the new run", Hidden = true };

    public SpawnCommand()
        : base("spawn", "Give tasks in words to agents, side by side; each result stays on a branch of its own")
    {
        Add(_tasks);
        Add(_from);
        Add(_times);
        _options.AddTo(this, hasPlan: false);
        Add(_dryRun);
        Add(_detach);
        _page.AddTo(this);
        Add(_attached);
        Add(_yes);
        _engine.AddTo(this);
        Add(_id);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var plan = PlanOf(parsed, context);
        RefuseContradictions(parsed);
        var opened = context.OpenSettings(repository, Flags(parsed), parsed.GetValue(_id));
        if (parsed.GetValue(_dryRun))
        {
            DryRun.Show(
                plan,
                "The plan of these tasks",
                TaskChoice.All,
                opened.Loaded,
                parsed.GetValue(_options.ApproveRisk),
                parsed.GetValue(_yes),
                context
            );
            await RunPreparation.DemandRepositoryAsync(context, repository, opened.Loaded, stop);
            return ExitCodes.Done;
        }
        var runId = RunId(parsed, plan, repository, context);
        var settings = TrustGate.Demand(context, opened, parsed.GetValue(_yes), runId);
        var agreed = await RunPreparation.DemandAsync(context, repository, settings, planFile: null, parsed.GetValue(_yes), stop);
        var input = _options.InputOf(parsed, repository, settings.Settings!) with { Plan = PlanJson.ToData(plan), Yes = agreed };
        input = NewRun.WithForecast(input, plan, chosen: null, repository, settings.Settings!, context);
        if (parsed.GetValue(_detach))
        {
            return await new DetachedRun(runId, repository, context) { Engine = _engine.Arguments(parsed) }.StartAsync(
                agreed,
                askPlan: false,
                settings.Settings!,
                stop
            );
        }
        await using var page = await _page.StartAsync(parsed, repository, context, stop);
        var outlivingWith = parsed.GetValue(_attached) ? null : _engine.Arguments(parsed);
        return await RunSession.RunAsync(runId, input, repository, settings.Settings!, outlivingWith, context, stop);
    }

    /// <summary>The plan of the given texts.</summary>
    /// <exception cref="CommandException">They are no tasks.</exception>
    private Plan PlanOf(ParseResult parsed, CommandContext context)
    {
        var file = parsed.GetValue(_from);
        IReadOnlyList<string> texts = [.. parsed.GetValue(_tasks) ?? [], .. file is null ? [] : context.PlanFiles.RequireTexts(file)];
        var times = parsed.GetValue(_times);
        if (times < 1)
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"--n {times}: a task needs one agent at least.",
                "orchestrate spawn --n 3 \"TASK\""
            );
        }
        if (AdhocPlan.Fault(texts, times) is { } fault)
        {
            throw new CommandException(
                ExitCodes.Usage,
                fault,
                "Say what is to be done, each task in quotes: orchestrate spawn \"Fix the login page\" \"Add tests for the parser\""
            );
        }
        return AdhocPlan.Of(texts, times);
    }

    private void RefuseContradictions(ParseResult parsed)
    {
        if (_page.PortOf(parsed) is not null && parsed.GetValue(_detach))
        {
            throw new CommandException(
                ExitCodes.Usage,
                "--web serves the page from this process, which ends with --detach.",
                "Leave one of them out; 'orchestrate web' serves the page beside runs in the background."
            );
        }
    }

    // Results that nobody has asked to be merged stay apart.
    private IReadOnlyList<SettingFlag> Flags(ParseResult parsed) =>
        [
            .. _options.Flags(parsed),
            .. _engine.Flags(parsed),
            .. parsed.GetValue(_options.Land) is null ? (SettingFlag[])[new SettingFlag("spawn", "git.land", LandingWay.Branches)] : [],
        ];

    private string RunId(ParseResult parsed, Plan plan, RepositoryLocation repository, CommandContext context)
    {
        var given = parsed.GetValue(_id);
        var runId = given ?? RunIds.Create(plan.Request!, Guid.NewGuid(), "spawn");
        NewRun.RefuseEnded(runId, repository);
        if (given is null && !parsed.GetValue(_yes))
        {
            NewRun.AskAboutDuplicate(plan.Request, named: null, runId, repository, context);
        }
        return runId;
    }
}
