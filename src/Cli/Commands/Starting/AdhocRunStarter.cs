using Orchestrator.Cli.Runs;
using Orchestrator.Cli.Web;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// Starts a run whose plan the calling command has created, either in this process or in the background. Also defines the command-line
/// options that such commands share. By default, the results stay on separate branches and are not merged.
/// </summary>
internal sealed class AdhocRunStarter
{
    private readonly RunCommandOptions _options = new();
    private readonly EngineOptions _engine = new();
    private readonly DashboardPortOption _page = new();
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Continue the run in the background" };
    private readonly Option<bool> _attached = GlobalOptions.Attached();
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<string?> _id = new(BackgroundRun.RunIdOption) { Description = "Id of the new run", Hidden = true };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="asksAgain">True to ask the user if the same work is already running or has landed.</param>
    public void AddTo(Command command, bool asksAgain = false)
    {
        _options.AddTo(command, hasPlan: false, asksAgain: asksAgain);
        command.Add(_detach);
        _page.AddTo(command);
        command.Add(_attached);
        command.Add(_yes);
        _engine.AddTo(command);
        command.Add(_id);
    }

    /// <summary>Returns the settings of the repository, overridden by the options.</summary>
    /// <exception cref="UseCaseException">A setting is invalid, or options contradict each other.</exception>
    public RepositorySettings Open(ParseResult parsed, LocalRepositoryPaths repository, CliCommandServiceBundle context)
    {
        _page.RefuseDetached(parsed, parsed.GetValue(_detach));
        return context.OpenSettings(
            repository,
            [
                .. _options.Flags(parsed),
                .. _engine.Flags(parsed),
                .. parsed.GetValue(_options.Land) is null
                    ? (SettingOverride[])[new SettingOverride("spawn", "git.land", LandingMode.Branches)]
                    : [],
            ],
            parsed.GetValue(_id)
        );
    }

    /// <summary>Returns the input of the run, and a flag that is true if the options answer all questions with yes.</summary>
    public (OrchestrationInput Input, bool Yes) Asked(
        ParseResult parsed,
        Plan plan,
        LocalRepositoryPaths repository,
        OrchestratorSettings settings,
        bool picks
    ) => (_options.InputOf(parsed, repository, settings) with { Plan = PlanJson.ToData(plan), Pick = picks }, parsed.GetValue(_yes));

    /// <summary>Returns the options that select the engine.</summary>
    public IReadOnlyList<SettingOverride> EngineFlags(ParseResult parsed) => _engine.Flags(parsed);

    /// <summary>Rejects options that apply only to new runs. Called if the tasks are to be added to an existing run.</summary>
    /// <exception cref="UseCaseException">An option of a new run was given.</exception>
    public void RefuseOptionsOfNew(ParseResult parsed)
    {
        if (_options.GivenNames(parsed) is [var given, ..])
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"{given} applies only to a new run, but --run names an existing run, which has its own options.",
                "Omit one of these options."
            );
        }
    }

    /// <summary>Starts the run, and either watches it or lets a background process continue it.</summary>
    /// <param name="plan">Plan of the run.</param>
    /// <param name="kind">First word of the run id.</param>
    /// <param name="opened">Settings returned by <see cref="Open"/>.</param>
    /// <param name="begin">Called with the id of the run before the run starts, in the process that starts it. Null to do nothing. If not
    /// null, uncommitted changes are part of the work without a question.</param>
    /// <param name="picks">True to select the best of several results of each task.</param>
    /// <param name="end">Called with the id and the exit code of the run when it ends or waits, in the process that watches it. Null to do
    /// nothing.</param>
    /// <returns>The exit code.</returns>
    public async Task<UseCaseOutcome> StartAsync(
        ParseResult parsed,
        Plan plan,
        string kind,
        LocalRepositoryPaths repository,
        RepositorySettings opened,
        CliCommandServiceBundle context,
        CancellationToken stop,
        Func<string, Task>? begin = null,
        bool picks = false,
        Func<string, UseCaseOutcome, Task<UseCaseOutcome>>? end = null
    )
    {
        var runId = parsed.GetValue(_id) ?? RunIds.Create(plan.Request!, Guid.NewGuid(), kind);
        var prepared = await new RunAwaitingPreparation(runId, repository, opened)
        {
            Plan = plan,
            Yes = parsed.GetValue(_yes),
            Again = begin is null && parsed.GetValue(_options.Again),
            BesideOpen = parsed.GetValue(_yes) || parsed.GetValue(_id) is not null,
            TakesUncommitted = begin is not null,
            InputOf = (known, agreed) => Asked(parsed, plan, repository, known, picks).Input with { Yes = agreed },
        }.PrepareAsync(context, stop);
        var (input, settings) = (prepared.Input, prepared.Settings);
        if (parsed.GetValue(_detach))
        {
            return await new DetachedRunStarter(runId, repository, _engine.Arguments(parsed), context)
            {
                More = input.Again && !parsed.GetValue(_options.Again) ? [RunCommandOptions.AgainName] : [],
            }.StartAsync(prepared.Agreed, askPlan: false, settings.Settings!, stop);
        }
        await (begin?.Invoke(runId) ?? Task.CompletedTask);
        await using var page = await _page.StartAsync(parsed, repository, context, stop);
        var outlivingWith = parsed.GetValue(_attached) ? null : _engine.Arguments(parsed);
        var code = await ForegroundRunExecutor.RunAsync(
            runId,
            input,
            repository,
            settings.Settings!,
            outlivingWith,
            context,
            new TerminalPresenter(context),
            stop
        );
        return end is null ? code : await end(runId, code);
    }
}
