using System.Text.Json;
using Orchestrator.Agents.Supervision;
using Orchestrator.Gates.Secrets;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Sharing;
using Orchestrator.Git.Worktrees;
using Orchestrator.Runs.Tasks;
using Orchestrator.Runs.Tasks.Transfer;

namespace Orchestrator.App.Moving;

/// <summary>
/// Exports a task to a file, so that a host without access to this host or its Temporal server can continue the task. The file contains the
/// work with all commits on which it is based, the definition of the task, and the agent's conversation.
/// </summary>
/// <param name="context">Provides the services of this machine.</param>
public sealed class TaskToFileExporter(UseCaseServiceBundle context)
{
    private readonly RunServiceBundle _services = context.Services;
    private const int MostNamed = 5;

    /// <summary>Writes a task to a file.</summary>
    /// <param name="run">Recorded status of the run.</param>
    /// <param name="taskId">Id of the task. Its agent must not be running.</param>
    /// <param name="root">Absolute path of the main work tree.</param>
    /// <param name="file">Absolute path of the file. An existing file is replaced.</param>
    /// <param name="allowsSecrets">True to export content that looks like a secret.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The description that was written to the file.</returns>
    /// <exception cref="UserRequestRefusedException">There is nothing to export, the agent is running, or the work seems to contain
    /// secrets.</exception>
    public async Task<ExportedTask> WriteAsync(
        RunStatus run,
        string taskId,
        string root,
        string file,
        bool allowsSecrets,
        CancellationToken stop
    )
    {
        var progress = run.Tasks.First(task => task.Id == taskId);
        var folder = new RunFolder(root, run.RunId);
        var repository = await _services.OpenRepositoryAsync(root);
        var files = _services.Plans.Load(new RepositoryReference(root, repository.Key, run.Queue), run.RunId, run.PlanHash);
        var workspace = new TaskBranchAndWorktree(await _services.OpenRepositoryAsync(files), files, taskId);
        Refuse(run, progress, folder);
        var start = TaskWorktreeRecord.Read(folder, taskId).Base;
        if (start.Length == 0 || !await repository.HasCommitAsync(start, stop))
        {
            throw new UserRequestRefusedException(
                $"{taskId} has not started, so there is nothing to export.",
                "Start the plan on the other machine instead."
            );
        }
        var name = $"{ExportedTask.Prefix}/{folder.Name}/{taskId}";
        // The files may be newer than the conversation, but they must never be older.
        var kept = ConversationStore.FindLast(folder, taskId);
        var conversation = kept is { } last ? await File.ReadAllTextAsync(last.File, stop) : "";
        var work = await WorkAsync(workspace, start, name, stop);
        if (!allowsSecrets)
        {
            await RefuseSecretsAsync(repository, start, work, conversation, stop);
        }
        var task = files.TaskWithLent(taskId) with { DependsOn = [], Status = default };
        var facts = new ExportedTask
        {
            SchemaVersion = ExportedTask.Version,
            Run = run.RunId,
            Task = taskId,
            Plan = PlanJson.ToData(files.Plan with { Tasks = [task] }).GetRawText(),
            Session = kept?.Session ?? "",
            Starts = progress.Starts,
            Machine = _services.Host,
            At = _services.Time.GetUtcNow(),
        };
        await WriteAsync(repository, work, facts, conversation, name, file, stop);
        return facts;
    }

    private static void Refuse(RunStatus run, RunTaskStatus progress, RunFolder folder)
    {
        if (TaskStateNames.IsDone(progress.State))
        {
            throw new UserRequestRefusedException(
                $"{progress.Id} is {progress.State}; its work is on {run.Staging}.",
                $"Push {run.Staging}."
            );
        }
        if (progress.Host is { } host)
        {
            throw new UserRequestRefusedException(
                $"{progress.Id} is running on {host}, which has its files and its conversation.",
                $"orchestrate pause {run.RunId}/{progress.Id}. You can export the task as soon as 'orchestrate status' "
                    + "shows no host for it."
            );
        }
        if (
            AgentRunFolders.Of(folder.Task(progress.Id)).LastOrDefault() is { } last
            && AgentSupervisor.ReadState(last) == AgentRunStatus.Running
        )
        {
            throw new UserRequestRefusedException(
                $"The agent of {progress.Id} is still running.",
                $"Interrupt it first; it keeps its conversation: orchestrate pause {run.RunId}/{progress.Id}"
            );
        }
    }

    /// <summary>Creates a single commit with the current files on top of the task's base commit.</summary>
    private static async Task<string> WorkAsync(TaskBranchAndWorktree workspace, string start, string name, CancellationToken stop)
    {
        var commits = new GitCommitReaderAndWriter(workspace.Repository);
        var trailers = new CommitTrailers(workspace.RunId, workspace.TaskId);
        var last =
            await workspace.Refs.ReadAsync(RunRefNameBuilder.Wip(workspace.Files.Folder, workspace.TaskId), stop)
            ?? await workspace.Refs.ReadAsync(workspace.Branch, stop)
            ?? start;
        var tree = workspace.Worktrees.Find(workspace.WorktreePath) is { } worktree
            ? (await new WorktreeGitTreeWriter(worktree).WriteAsync(stop)).Tree
            : last + "^{tree}";
        return await commits.CreateAsync(tree, [start], $"{workspace.TaskId}: work so far", trailers, stop);
    }

    private static async Task RefuseSecretsAsync(
        GitRepository repository,
        string start,
        string work,
        string conversation,
        CancellationToken stop
    )
    {
        List<string> found =
        [
            .. await OutgoingSecretChecker.FindAsync(repository, start, work, stop),
            .. conversation
                .Split('\n')
                .SelectMany(
                    (line, index) => SecretScanner.FindByForm(line).Select(match => $"{match.Kind} on line {index + 1} of the conversation")
                ),
        ];
        if (found.Count > 0)
        {
            throw new UserRequestRefusedException(
                $"The exported file would contain possible secrets: {FileNameEncoding.List([.. found.Distinct()], MostNamed)}.",
                "Remove the secrets, or use --allow-secrets."
            );
        }
    }

    private static async Task WriteAsync(
        GitRepository repository,
        string work,
        ExportedTask facts,
        string conversation,
        string name,
        string file,
        CancellationToken stop
    )
    {
        var contents = new Dictionary<string, string>
        {
            [ExportedTask.FactsPath] = JsonSerializer.Serialize(facts, ExportedTaskJsonContext.Default.ExportedTask),
        };
        if (facts.Session.Length > 0)
        {
            contents[ExportedTask.ConversationPath] = conversation;
        }
        var commit = await new CheckoutlessCommitBuilder(repository).CommitAsync(
            work,
            contents,
            $"{facts.Task} of {facts.Run}, exported",
            new CommitTrailers(facts.Run, facts.Task),
            stop
        );
        var refs = new RefStore(repository);
        await refs.PutBackAsync(name, commit, stop);
        try
        {
            await new GitBundleFile(repository, file).WriteAsync(name, stop);
        }
        finally
        {
            await refs.UpdateAsync([new RefChange(name, null, commit)], "exported", CancellationToken.None);
        }
    }
}
