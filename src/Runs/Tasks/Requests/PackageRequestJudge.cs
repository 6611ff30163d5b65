using Orchestrator.Gates.Packages;
using Orchestrator.Gates.Trees;
using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>
/// Grants or refuses an agent's package requests, or requires a user's decision. Checks the form of the requests, the policy in the
/// settings, the requests of other tasks, and the existence of the packages.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="input">The agent run, and the user's decision if there is one.</param>
internal sealed class PackageRequestJudge(RunServiceBundle services, RunPlanAndSettings files, EvaluateAgentRequestInput input)
{
    private const int Most = 20;
    private readonly PackageRequestStore _register = new(files.Folder);

    private string TaskId => input.Task.Task.Id;

    /// <summary>Grants or refuses the packages that an agent requests, or requires a user's decision.</summary>
    /// <param name="claim">The agent's claim.</param>
    /// <returns>The decision, or null if the project has no manifest. A user must then decide.</returns>
    public async Task<AgentRequestEvaluationResult?> JudgeAsync(AgentOutcomeClaim claim, CancellationToken stop)
    {
        if (input.Decision is { } decision)
        {
            return await DecideAsync(decision, stop);
        }
        if (claim.Needs.Count > Most)
        {
            return Refuse([$"At most {Most} packages can be requested at once."]);
        }
        var repository = await services.OpenRepositoryAsync(files);
        var staging = await new TaskBranchAndWorktree(repository, files, TaskId).StagingTipAsync(input.Task.StagingTip, stop);
        var tree = (await new GitCommitReaderAndWriter(repository).ListFilesAsync(staging, stop))
            .Select(file => file.Path)
            .ToHashSet(StringComparer.Ordinal);
        var problems = new List<string>();
        var wanted = new List<(PackageManifest Manifest, AgentPackageRequest Package)>();
        foreach (var text in claim.Needs)
        {
            if (Read(text, claim, tree, out var problem) is { } read)
            {
                wanted.Add(read);
            }
            else if (problem.Length == 0)
            {
                return null;
            }
            else
            {
                problems.Add(problem);
            }
        }
        problems.AddRange(wanted.Select(w => Forbidden(w.Manifest.Tool, w.Package)).OfType<string>());
        problems.AddRange(wanted.Select(w => EarlierRefusal(w.Manifest, w.Package)).OfType<string>());
        problems.AddRange(problems.Count > 0 ? [] : await FindMissingPackagesAsync(repository, staging, wanted, stop));
        problems.AddRange(problems.Count > 0 ? [] : await AskAsync(wanted, stop));
        if (problems.Count > 0)
        {
            return Refuse(problems);
        }
        IReadOnlyList<RequestedPackage> packages = [.. wanted.Select(w => Requested(w.Manifest, w.Package))];
        var open = wanted
            .Where(w => !PackageApprovalPolicy.IsAllowed(files.Settings.Dependencies, w.Manifest.Tool, w.Package.Name))
            .ToList();
        return open.Count == 0
            ? Grant(packages, "allowed by dependencies.allow")
            : new AgentRequestEvaluationResult
            {
                Step = AgentRequestNextStepKinds.Ask,
                Asks = ApprovalKinds.Dependency,
                Packages = packages,
                Text =
                    $"May {TaskId} use "
                    + FileNameEncoding.List([.. open.Select(w => $"{w.Package} ({w.Manifest.Tool.Registry}, {w.Manifest.Path})")], Most)
                    + "?"
                    + (claim.Reason.Length > 0 ? $" Its agent gives this reason: {FileNameEncoding.Show(claim.Reason.Trim(), 400)}" : ""),
            };
    }

    private async Task<AgentRequestEvaluationResult> DecideAsync(AgentRequestApprovalDecision decision, CancellationToken stop)
    {
        if (decision.Accepted)
        {
            return Grant(input.Packages, StatusReasonFormatter.Of(decision.Why));
        }
        var names = PackageRequestStore.Names(input.Packages);
        await _register.RecordResultAsync(TaskId, input.Start, PackageRequestRecord.Refused, StatusReasonFormatter.Of(decision.Why), stop);
        return Refuse([$"{names}: {StatusReasonFormatter.Of(decision.Why)}."]);
    }

    private static AgentRequestEvaluationResult Grant(IReadOnlyList<RequestedPackage> packages, string why) =>
        new()
        {
            Step = AgentRequestNextStepKinds.Install,
            Packages = packages,
            Note = $"its agent may use {PackageRequestStore.Names(packages)}: {why}",
        };

    private static RequestedPackage Requested(PackageManifest manifest, AgentPackageRequest package) =>
        new(manifest.Tool.Prefix, manifest.Path, package.Name, package.Version)
        {
            Extras = package.Extras,
            IsForDevelopment = package.IsForDevelopment,
        };

    private static AgentRequestEvaluationResult Refuse(IReadOnlyList<string> problems)
    {
        var text = string.Join(" ", problems);
        return new AgentRequestEvaluationResult
        {
            Step = AgentRequestNextStepKinds.Answer,
            Text = $"The request was rejected. {text} Continue without the package if you can, or request another one.",
            Note = $"its agent's request was refused: {text}",
        };
    }

    private static (PackageManifest, AgentPackageRequest)? Read(
        string text,
        AgentOutcomeClaim claim,
        IReadOnlyCollection<string> tree,
        out string problem
    )
    {
        var known = (string[])["npm", "pypi", "nuget", "cargo", "go"];
        var prefix = Array.Find(known, name => text.StartsWith(name + ":", StringComparison.Ordinal)) ?? "";
        if (PackageManifest.Find(tree, claim.In.Trim('/'), prefix, out problem) is not { } manifest)
        {
            return null;
        }
        var name = prefix.Length == 0 ? text : text[(prefix.Length + 1)..];
        if (AgentPackageRequest.TryRead(name, manifest.Tool, out problem) is not { } package)
        {
            return null;
        }
        if (claim.IsForDevelopment && manifest.Tool.ForDevelopment is null)
        {
            problem =
                $"{manifest.Tool.Program} has no development packages in {manifest.Path}. Request {package} without "
                + "--dev ('dev'), or continue without it.";
            return null;
        }
        return (manifest, package with { IsForDevelopment = claim.IsForDevelopment });
    }

    private string? Forbidden(PackageManagerCommandSyntax tool, AgentPackageRequest package) =>
        PackageApprovalPolicy.ForbiddenBy(files.Settings.Dependencies, tool, package.Name) is { } pattern
            ? $"{package} is not allowed in this repository (dependencies.deny has '{pattern}')."
            : null;

    /// <summary>
    /// Returns a sentence with the reason why a user refused the same package earlier, or null if no user did. The user is not asked again.
    /// </summary>
    private string? EarlierRefusal(PackageManifest manifest, AgentPackageRequest package) =>
        _register.RefusedBefore(TaskId, input.Start, manifest.Path, package) is { } before
            ? $"{package}: {before.Refusal}. You requested it before, so it is not requested again."
            : null;

    /// <summary>
    /// Lists the requested packages that do not exist or that conflict with a version on the staging branch. The package managers check
    /// this in a worktree of that branch.
    /// </summary>
    private async Task<IReadOnlyList<string>> FindMissingPackagesAsync(
        GitRepository repository,
        string staging,
        IReadOnlyList<(PackageManifest Manifest, AgentPackageRequest Package)> wanted,
        CancellationToken stop
    )
    {
        await using var place = await new VerificationWorktreePool(repository, services.Environment).AcquireTreeAsync(
            staging,
            isMerge: true,
            stop
        );
        var program = await PackageManagerProgram.InAsync(place, services, files);
        var problems = new List<string>();
        foreach (var (manifest, package) in wanted)
        {
            var problem =
                Contradiction(manifest, package, place.Worktree.Path)
                ?? await program.FindPackageFaultAsync(manifest, package, place.Worktree.Path, stop);
            if (problem is not null)
            {
                problems.Add(problem);
            }
        }
        return problems;
    }

    /// <summary>
    /// Finds a version on the staging branch that conflicts with the requested version. A user has approved the existing version, so agents
    /// must not change it as a side effect.
    /// </summary>
    private static string? Contradiction(PackageManifest manifest, AgentPackageRequest package, string root) =>
        ManifestPackageVersionReader.Find(manifest, package, Path.Combine(root, manifest.Path)) is { Length: > 0 } there
        && !package.Range(manifest.Tool).Overlaps(VersionRange.Read(there, manifest.Tool.BareVersion))
            ? $"{package} contradicts {manifest.Path} on staging, which requires {there}."
            : null;

    /// <summary>Records the agent's package requests, unless another task has requested incompatible versions.</summary>
    private async Task<IReadOnlyList<string>> AskAsync(
        IReadOnlyList<(PackageManifest Manifest, AgentPackageRequest Package)> wanted,
        CancellationToken stop
    )
    {
        IReadOnlyList<string> problems = [];
        await _register.ChangeAsync(
            all =>
            {
                problems =
                [
                    .. wanted.SelectMany(w =>
                        all.Where(entry =>
                                entry.Task != TaskId
                                && entry.State != PackageRequestRecord.Refused
                                && entry.Manifest == w.Manifest.Path
                                && w.Manifest.Tool.Normalize(entry.Name) == w.Manifest.Tool.Normalize(w.Package.Name)
                                && !entry.Package.Range(w.Manifest.Tool).Overlaps(w.Package.Range(w.Manifest.Tool))
                            )
                            .Select(entry => $"{w.Package} is incompatible with {entry.Package}, which {entry.Task} requested.")
                    ),
                ];
                return problems.Count > 0
                    ? all
                    :
                    [
                        .. all.Where(entry => !PackageRequestStore.IsOf(entry, TaskId, input.Start)),
                        .. wanted.Select(w => PackageRequestRecord.Of(Requested(w.Manifest, w.Package), TaskId, input.Start)),
                    ];
            },
            stop
        );
        return problems;
    }
}
