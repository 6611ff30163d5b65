using Orchestrator.Gates.Packages;
using Orchestrator.Gates.Trees;
using Orchestrator.Runs.Tasks;
using Orchestrator.Runs.Tasks.Mail;
using Orchestrator.Runs.Tasks.Requests;

namespace Orchestrator.Runs.Merging.Installing;

/// <summary>
/// Installs packages that an agent requested and that were approved. The package manager updates the manifest and the lock file in a
/// worktree of staging. Both files are committed and merged like a task's work, and all agents of the run are notified.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class RequestedPackageInstaller(RunServiceBundle services)
{
    /// <summary>
    /// Installs the packages and creates the commit. A repeated call creates a new commit, because staging changes only after the run has
    /// received the result of the installation.
    /// </summary>
    /// <param name="input">The agent run that requested the packages, and the number of the request.</param>
    /// <param name="stop">Stops the package manager.</param>
    public async Task<PackageInstallationResult> InstallAsync(InstallPackagesInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Task.Repository, input.Task.RunId, input.Task.PlanHash);
        var repository = await services.OpenRepositoryAsync(files);
        var task = input.Task.Task.Id;
        // The log is only for display, and no step reads it.
        var record = Path.Combine(files.Folder.Task(task), $"packages-{input.Start}-{input.Round}.json");
        var staging = await new TaskBranchAndWorktree(repository, files, task).StagingTipAsync(input.Task.StagingTip, stop);
        // If the process is killed once, memory may have been low. If it is killed each time, the package needs too much memory.
        var (result, wasKilled) = await MakeAsync(repository, files, input, staging, stop);
        if (wasKilled)
        {
            (result, _) = await MakeAsync(repository, files, input, staging, stop);
        }
        DurableFile.Write(record, JsonSerializer.SerializeToUtf8Bytes(result, PayloadJsonOptions.Options));
        return result;
    }

    /// <summary>
    /// Responds to an agent whose package request was processed or whose divided task has ended. On success, the agent's unfinished work is
    /// committed, so that staging can be merged into the agent's worktree.
    /// </summary>
    /// <param name="input">The agent run that requested the packages, and the result of the merge.</param>
    /// <param name="stop">Cancels between the steps.</param>
    public async Task<AgentRequestAnswer> ConcludeAsync(ConcludeAgentRequestInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Task.Repository, input.Task.RunId, input.Task.PlanHash);
        var task = files.Task(input.Task);
        var register = new PackageRequestStore(files.Folder);
        var names = PackageRequestStore.Names(input.Packages);
        if (input.Problem.Length > 0)
        {
            await register.RecordResultAsync(task.Id, input.Start, PackageRequestRecord.Refused, refusal: null, stop);
            return new AgentRequestAnswer
            {
                Text = $"{names} could not be installed. {input.Problem} Continue without if you can, or request a different package.",
                Note = $"{names} could not be installed: {input.Problem}",
            };
        }
        var repository = await services.OpenRepositoryAsync(files);
        var workspace = new TaskBranchAndWorktree(repository, files, task.Id);
        if (input.Parts is { } parts)
        {
            var (so, why) = await SaveAsync(new TaskCommitter(workspace, task, files), input, stop);
            return new AgentRequestAnswer
            {
                Commit = so,
                Text =
                    $"Your task was divided, and the parts have ended: {parts}. "
                    + (so.Length == 0 ? $"Staging can't be merged into your worktree: {why} " : "Their work is in your worktree now. ")
                    + "Check the combined work, and complete your task.",
            };
        }
        await register.RecordResultAsync(task.Id, input.Start, PackageRequestRecord.Installed, refusal: null, stop);
        var manifests = FileNameEncoding.List([.. input.Packages.Select(package => package.Manifest).Distinct()]);
        var hash = await EnvironmentOfAsync(repository, await workspace.StagingTipAsync(input.Task.StagingTip, stop), stop);
        await new Mailbox(files.Folder, services.Time).SendAsync(
            new OutgoingAgentMailMessage(
                "",
                IsFromPerson: false,
                To: null,
                $"{names} was installed for {task.Id}: {manifests} and the lock file on staging contain it now. Your worktree gets "
                    + $"it when staging is merged into it. Do not change these files yourself. Hash of the environment: {hash[..12]}."
            )
            {
                Call = $"packages\n{task.Id}\n{input.Start}",
            },
            stop
        );
        var (commit, refusal) = await SaveAsync(new TaskCommitter(workspace, task, files), input, stop);
        return new AgentRequestAnswer
        {
            Commit = commit,
            Text =
                commit.Length == 0
                    ? $"{names} is installed on staging ({manifests}), but staging can't be merged into your worktree: {refusal}"
                    : $"{names} is installed ({manifests}) and in your worktree, together with other work merged to "
                        + "staging in the meantime. This merge is committed with your work, so do not abort it, and resolve "
                        + "conflicts in files with markers.",
            Note = $"{names} was installed ({manifests}); hash of the environment: {hash[..12]}",
        };
    }

    /// <summary>
    /// Commits the agent's unfinished work. If git refuses to store a file, returns the reason instead, so that the agent can fix the
    /// problem.
    /// </summary>
    private static async Task<(string Commit, string Refusal)> SaveAsync(
        TaskCommitter work,
        ConcludeAgentRequestInput input,
        CancellationToken stop
    )
    {
        var save = new VerifyTaskInput
        {
            Task = input.Task,
            Prepared = input.Prepared,
            Attempt = input.Attempt,
            Start = input.Start,
        };
        try
        {
            return (await work.SaveAsync(save, stop), "");
        }
        catch (GitException refused) when (refused.IsRefusal)
        {
            return ("", FileNameEncoding.Show(refused.ErrorOutput.ReplaceLineEndings(" "), 400));
        }
    }

    private async Task<(PackageInstallationResult Result, bool WasKilled)> MakeAsync(
        GitRepository repository,
        RunPlanAndSettings files,
        InstallPackagesInput input,
        string staging,
        CancellationToken stop
    )
    {
        await using var place = await new VerificationWorktreePool(repository, services.Environment).AcquireTreeAsync(
            staging,
            isMerge: true,
            stop
        );
        var program = await PackageManagerProgram.InAsync(place, services, files);
        var tree = (await new GitCommitReaderAndWriter(repository).ListFilesAsync(staging, stop))
            .Select(file => file.Path)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var entry in input.Packages)
        {
            var folder = Path.GetDirectoryName(entry.Manifest) ?? "";
            var problem = PackageManifest.Find(tree, folder, entry.Ecosystem, out var missing) is { } manifest
                ? await program.InstallAsync(manifest, PackageRequestStore.RequestOf(entry), place.Worktree.Path, stop)
                : new PackageProblem($"{entry.Manifest} is no longer on staging. {missing}".TrimEnd());
            if (problem is not null)
            {
                return (new PackageInstallationResult { Problem = problem.Words }, problem.WasKilled);
            }
        }
        var changed = await ChangedManifestsAsync(place.Worktree, staging, stop);
        if (changed.Count == 0)
        {
            return (new PackageInstallationResult(), false);
        }
        var contents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in changed)
        {
            if (new WorktreeFileReaderAndWriter(place.Worktree.Path).TryRead(path) is not { } content)
            {
                continue; // A script of the package may have replaced the manifest in the meantime.
            }
            var text = Encoding.UTF8.GetString(content);
            contents[path] = Ecosystems.Npm.LockFiles.Contains(path)
                ? WithProjectName(text, place.Worktree.Path, input.Task.Repository.Path)
                : text;
        }
        var names = PackageRequestStore.Names(input.Packages);
        var task = input.Task.Task.Id;
        var commit = await new CheckoutlessCommitBuilder(repository).CommitAsync(
            staging,
            contents,
            $"{(files.Settings.Git.MessagePrefix is { Length: > 0 } prefix ? prefix + " " : "")}Install {names}\n\nFor task {task}.",
            new CommitTrailers(files.Folder.Name, MergeAttempt.PackagesOf(task)),
            stop
        );
        return (new PackageInstallationResult { Commit = commit }, false);
    }

    /// <summary>Returns the paths of the changed manifests and lock files that are regular files.</summary>
    private static async Task<IReadOnlyList<string>> ChangedManifestsAsync(Worktree worktree, string staging, CancellationToken stop) =>
        [
            .. (await new WorktreeDiffReader(worktree).AgainstAsync(staging, stop))
                .Where(file =>
                    EnvironmentHash.Counts(file.Path)
                    && file.Change != FileChange.Deleted
                    && file.NewMode.StartsWith("100", StringComparison.Ordinal)
                )
                .Select(file => file.Path),
        ];

    /// <summary>
    /// Restores the project's name in a lock file. npm names an unnamed project after its folder, and the folder is temporary here.
    /// </summary>
    private static string WithProjectName(string text, string place, string project) =>
        text.Replace(NameIn(place), NameIn(project), StringComparison.Ordinal);

    private static string NameIn(string folder) => $"\"name\": \"{JsonEncodedText.Encode(Path.GetFileName(folder))}\"";

    private static async Task<string> EnvironmentOfAsync(GitRepository repository, string commit, CancellationToken stop)
    {
        var commits = new GitCommitReaderAndWriter(repository);
        var found = new List<EnvironmentFile>();
        foreach (var file in (await commits.ListFilesAsync(commit, stop)).Where(file => EnvironmentHash.Counts(file.Path)))
        {
            var content = await commits.ReadFileAsync(commit, file.Path, stop) ?? [];
            found.Add(new EnvironmentFile(file.Path, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))));
        }
        return EnvironmentHash.Of(EnvironmentHash.Select(found));
    }
}
