using Orchestrator.Git.Landing;
using Orchestrator.Git.Refs;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Gates;
using Orchestrator.Runs.Merging.Landing;
using Orchestrator.Runs.Tasks;
using Orchestrator.Usage;

namespace Orchestrator.Runs.Merging.Preflight;

/// <summary>Checks, before the first agent starts, everything that could stop a run later. Then it creates the staging branch.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class PreflightChecker(RunServiceBundle services)
{
    private readonly CommitGateRunner _gates = new(services);

    /// <summary>Checks the run, and creates the staging branch if there are no errors. A repeated call changes nothing.</summary>
    /// <param name="input">The run to check.</param>
    public async Task<PreflightResult> CheckAsync(PreflightInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        if (new WorktreeManager(repository).FindCheckout(files.Start.LinkedWorktree) is not { } checkout)
        {
            return new PreflightResult
            {
                Errors =
                [
                    $"The run was started in the worktree '{files.WorkTree}', which is missing. Start the run again in " + "another place.",
                ],
            };
        }
        var run = new PreflightRunContext(input, files, repository, checkout);
        var found = await CheckRepositoryAsync(run, stop);
        // git refuses to compare files if a filter does not work, so the run ends here in any case.
        var status = found.IsUsable ? await WorktreeStatus.ReadAsync(checkout, stop) : null;
        var until = ParseUntil(input, run.Errors);
        await CheckAgentsAsync(run, found.Base, stop);
        await CheckHostAsync(run);
        var contracts = new PlanContractCommitter(repository, files);
        var isMoved = status?.Branch == found.Target && LandingMode.MovesTarget(files.Settings.Git.Land);
        var contracted = await contracts.CheckAsync(found.Base, isMoved ? checkout.Path : null, stop);
        run.Errors.AddRange(contracted.Errors);
        run.Warnings.AddRange(contracted.Warnings);
        if (repository.FindNameless() is { } nameless)
        {
            run.Warnings.Add($"{nameless} Set user.name and user.email to change that.");
        }
        if (status is null || found.Target is not { } target || found.Base is not { } tip || run.Errors.Count > 0)
        {
            return new PreflightResult { Errors = run.Errors, Warnings = run.Warnings };
        }
        var staging = RunRefNameBuilder.Staging(files.Settings, files.Folder);
        var obstacle =
            files.Settings.Git.Land == LandingMode.PullRequest
                ? await PullRequest.FindObstacleAsync(repository, RunRefNameBuilder.Label(staging), tip, services, stop)
                : await LandingCommitBuilder.FindObstacleAsync(repository, files.Settings.Git, stop);
        if (obstacle is { MayBegin: false, Problem: var missing })
        {
            return new PreflightResult { Errors = [missing], Warnings = run.Warnings };
        }
        var baseCommit = await BeginAsync(repository, files, staging, tip, contracts, stop);
        return await JudgeBaseAsync(run, contracts, baseCommit, status, obstacle?.Problem, target, stop) with
        {
            BaseCommit = baseCommit,
            Target = RunRefNameBuilder.Label(target),
            Staging = RunRefNameBuilder.Label(staging),
            Until = until,
        };
    }

    /// <summary>Checks the repository, its target, and the settings that depend on the repository.</summary>
    private async Task<RepositoryReadinessResult> CheckRepositoryAsync(PreflightRunContext run, CancellationToken stop)
    {
        var (files, repository) = (run.Files, run.Repository);
        var found = await new RepositoryReadinessChecker(repository, run.Checkout).RunAsync(
            files.Settings.Git.Target,
            files.Settings.Worktrees.BranchPrefix,
            files.Settings.Worktrees.Directory,
            stop
        );
        run.Errors.AddRange(found.Findings.Where(f => f.Refuses).Select(f => $"{f.Message} {f.Cure}"));
        run.Warnings.AddRange(found.Findings.Where(f => !f.Refuses).Select(f => $"{f.Message} {f.Cure}"));
        run.Errors.AddRange(RunRefusalFinder.Of(files));
        if (found.Base is { } start)
        {
            var submodules = await new Submodules(repository).OfCommitAsync(start, stop);
            run.Errors.AddRange(
                SubmodulePaths.Find(files.Plan, [.. submodules.Select(s => s.Path)]).Select(path => $"{path.Message} {SubmodulePaths.Cure}")
            );
            await CheckQuarantineAsync(run, start, stop);
        }
        return found;
    }

    /// <summary>Checks the sandbox and the disk space of this host.</summary>
    private async Task CheckHostAsync(PreflightRunContext run)
    {
        var (unconfined, unconfinable) = await RunSandboxFactory.PreflightAsync(run.Files, services);
        run.Errors.AddRange(unconfined.Length > 0 ? [unconfined] : []);
        run.Warnings.AddRange(unconfinable.Length > 0 ? [unconfinable] : []);
        var reserve = run.Files.Settings.DiskReserve;
        if (DiskSpace.Shortage(run.Checkout.Path, reserve, "then start the run again. Nothing was paid for") is { } shortage)
        {
            run.Errors.Add(shortage);
        }
    }

    /// <summary>Runs the gates at the base of the run, and collects the findings that the user must confirm.</summary>
    private async Task<PreflightResult> JudgeBaseAsync(
        PreflightRunContext run,
        PlanContractCommitter contracts,
        string baseCommit,
        WorktreeStatus status,
        string? obstacle,
        string target,
        CancellationToken stop
    )
    {
        var (input, repository) = (run.Input, run.Repository);
        var files = run.Files with { Decisions = await contracts.StoreAsync(baseCommit, stop) };
        var renegotiated = PlanContractChangeDetector.Renegotiated(files, run.Warnings);
        var isAdopted = files.Plan.Tasks.Any(task => new AdoptedConversation(files.Folder, task.Id).Find() is not null);
        if (!isAdopted)
        {
            AddUntracked(status, files.Start, run.Warnings);
        }
        await UnexpectedFileDetector.NoteAsync(repository, files.Folder, stop);
        var first = await contracts.FirstCommitAsync(baseCommit, stop);
        List<string> unjudged = [];
        var decisions = await new BaseCommitGateRunner(_gates).TryAsync(repository, files, first, run.Errors, run.Warnings, unjudged, stop);
        var repeated = DuplicateRunChecker.Of(files, input.Repository);
        var open = repeated?.FindOpen(input.RunId).ToList() ?? [];
        return new PreflightResult
        {
            Errors = run.Errors,
            Warnings = run.Warnings,
            Required =
                repeated is not null && await repeated.FindLandedAsync(input.RunId, target, services, stop) is { } landed
                    ? [DuplicateRunChecker.Describe(landed)]
                    : [.. open.Where(earlier => earlier.HasLanded).Take(1).Select(DuplicateRunChecker.DescribeOpen)],
            Confirmations =
            [
                .. open.Where(earlier => !earlier.HasLanded).Take(1).Select(DuplicateRunChecker.DescribeOpen),
                // Uncommitted changes that belong to an adopted conversation are part of its task.
                .. isAdopted ? [] : Unseen(status, files.Start),
                .. renegotiated,
                .. unjudged,
                .. obstacle is null ? (string[])[] : [obstacle],
            ],
            StagingTip = first,
            PlanHash = decisions.Store(files.Folder),
        };
    }

    private sealed record PreflightRunContext(PreflightInput Input, RunPlanAndSettings Files, GitRepository Repository, Worktree Checkout)
    {
        public List<string> Errors { get; } = [];

        public List<string> Warnings { get; } = [];
    }

    private async Task CheckQuarantineAsync(PreflightRunContext run, string start, CancellationToken stop)
    {
        var (quarantine, faults) = await CommitGateRunner.QuarantineAsync(run.Repository, start, stop);
        run.Errors.AddRange(faults.Where(fault => fault.Severity == FaultSeverity.Error).Select(fault => fault.ToPlainText()));
        run.Warnings.AddRange(faults.Where(fault => fault.Severity == FaultSeverity.Warning).Select(fault => fault.ToPlainText()));
        run.Warnings.AddRange(
            quarantine
                .EndedBy(services.Time.GetUtcNow())
                .Select(test =>
                    $"The quarantine of the test '{test.Test}' ended, so its failures reject work again. {test.Owner} "
                    + "was responsible for its repair."
                )
        );
    }

    /// <summary>Converts the time of day in the run's input, after which the run starts no agents, to a date and time.</summary>
    private static DateTimeOffset? ParseUntil(PreflightInput input, List<string> errors)
    {
        if (input.Input.UntilTime is not { } time)
        {
            return null;
        }
        if (WallClock.FindZone(input.Input.UntilZone) is { } zone)
        {
            return WallClock.Next(input.StartedAt, TimeOnly.ParseExact(time, "HH:mm", CultureInfo.InvariantCulture), zone);
        }
        errors.Add(
            $"'untilZone' of the run's input is '{input.Input.UntilZone}', but this machine does not know that time zone. Write an "
                + "IANA name, "
                + "such as Europe/Berlin."
        );
        return null;
    }

    private async Task CheckAgentsAsync(PreflightRunContext run, string? tip, CancellationToken stop)
    {
        var (files, repository, errors) = (run.Files, run.Checkout.Path, run.Errors);
        var (settings, own) = (files.Settings, files.Plan.Tasks.Select(files.Settings.AgentOf).Distinct(StringComparer.Ordinal).ToList());
        var relays = own.SelectMany(settings.RelaysOf).Select(relay => relay.Agent).Distinct(StringComparer.Ordinal).ToList();
        List<string> agents = [.. own.Union(relays)];
        var runEnvironment = await AgentRunEnvironment.OfAsync(services, repository, files.Start, tip, stop);
        if (agents.Contains(AgentCatalog.Claude))
        {
            errors.AddRange(
                runEnvironment.MissingServers.Select(server =>
                    $"agents.claude.mcp names '{server}', but in the committed .mcp.json this server is missing or differs from your "
                    + "checkout. "
                    + "Commit .mcp.json with this server, or remove the name from agents.claude.mcp."
                )
            );
        }
        foreach (var name in agents)
        {
            if (AgentCatalog.Find(name, files.Settings, services.HookCommand, runEnvironment) is not { } runner)
            {
                errors.Add(AgentCatalog.Unknown(name, files.Settings));
                continue;
            }
            var check = await runner.CheckAsync(repository, stop);
            if (check.Status != AgentProgramCheckStatus.Ok)
            {
                (check.Status == AgentProgramCheckStatus.Failed ? errors : run.Warnings).Add($"{check.Message} {check.Cure}".TrimEnd());
            }
        }
    }

    /// <summary>
    /// Records the target's tip as the run's base, and creates the staging branch there with the plan's contracts, in one transaction. A
    /// resumed run finds the existing refs.
    /// </summary>
    private static async Task<string> BeginAsync(
        GitRepository repository,
        RunPlanAndSettings files,
        string staging,
        string tip,
        PlanContractCommitter contracts,
        CancellationToken stop
    )
    {
        var refs = new RefStore(repository);
        var baseRef = RunRefNameBuilder.Base(files.Folder);
        var lastMerge = RunRefNameBuilder.LastMerge(files.Folder);
        var known = await refs.ListAsync([baseRef, lastMerge, staging], stop);
        if (!known.TryGetValue(baseRef, out var began))
        {
            began = tip;
            var first = await contracts.FirstCommitAsync(tip, stop);
            var made = await refs.UpdateAsync(
                [
                    new RefChange(baseRef, tip, null),
                    new RefChange(lastMerge, first, known.GetValueOrDefault(lastMerge)),
                    new RefChange(staging, first, known.GetValueOrDefault(staging)),
                ],
                "run begins",
                stop
            );
            if (!made.Done)
            {
                throw new GitException(
                    "The run's refs could not be created: "
                        + $"{string.Join(", ", made.Actual.Select(a => $"{a.Key} is {a.Value ?? "missing"}"))}. Was a run with the "
                        + "same id started before? Cancel this run and start it again."
                );
            }
        }
        else if (!known.ContainsKey(staging))
        {
            // The run ended and landed its work before it was reset.
            await StagingBranchRestorer.EnsureAsync(repository, files, stop);
        }
        return began;
    }

    private static IReadOnlyList<string> Unseen(WorktreeStatus status, RunStartSettings start)
    {
        var changed = status.ChangedFiles(start.OwnFiles.Unmissed);
        return changed.Count == 0
            ? []
            :
            [
                $"Uncommitted changes that agents will not see: {FileNameEncoding.List(changed, 8)}. Commit them first, or accept this "
                    + "with "
                    + "--yes.",
            ];
    }

    private static void AddUntracked(WorktreeStatus status, RunStartSettings start, List<string> warnings)
    {
        var untracked = status.UntrackedFiles(start.OwnFiles.Unmissed);
        if (untracked.Count > 0)
        {
            warnings.Add($"Untracked files that agents will not see: {FileNameEncoding.List(untracked)}.");
        }
    }
}
