using System.Text;
using System.Text.Json;
using Orchestrator.Git.Commits;
using Orchestrator.Git.Merging;
using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Sharing;
using Orchestrator.Git.Worktrees;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.App.Moving;

/// <summary>
/// Imports a task from a file that <see cref="TaskToFileExporter"/> wrote, so that a run on this host can continue the task.
/// </summary>
/// <param name="context">Provides the services of this machine.</param>
public sealed class TaskFromFileImporter(UseCaseServiceBundle context)
{
    private readonly RunServiceBundle _services = context.Services;
    private const string Incoming = "refs/orchestrator/incoming";

    /// <summary>Reads the plan in the file of an exported task. Nothing is stored or started.</summary>
    /// <param name="file">Absolute path of the file.</param>
    /// <param name="root">Absolute path of the main work tree.</param>
    /// <param name="stop">Cancels git.</param>
    /// <exception cref="UserRequestRefusedException">The file is not a task export.</exception>
    public async Task<Plan> ReadPlanAsync(string file, string root, CancellationToken stop)
    {
        var repository = await _services.OpenRepositoryAsync(root);
        var facts = await WithExportAsync(repository, file, async commit => await ReadAsync(repository, commit, file, stop), stop);
        try
        {
            return PlanJson.Read(Encoding.UTF8.GetBytes(facts.Plan));
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidDataException)
        {
            throw NoExport(file);
        }
    }

    /// <summary>Reads the file of an exported task, and stores its work and conversation for a run that is about to start.</summary>
    /// <param name="file">Absolute path of the file.</param>
    /// <param name="root">Absolute path of the main work tree.</param>
    /// <param name="linkedWorktree">Absolute path of the linked worktree from whose commit the run starts, or null for the main
    /// one.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="open">Ids of the open runs on this host. The task must not be continued in two of them.</param>
    /// <param name="stop">Cancels git.</param>
    /// <returns>The description of the task in the file.</returns>
    /// <exception cref="UserRequestRefusedException">The file is not a task export, its work does not fit this repository, or the task
    /// already continues here.</exception>
    public async Task<ExportedTask> ImportAsync(
        string file,
        string root,
        string? linkedWorktree,
        string runId,
        IEnumerable<string> open,
        CancellationToken stop
    )
    {
        var repository = await _services.OpenRepositoryAsync(root);
        var target = await HeadAsync(repository, linkedWorktree, stop);
        return await WithExportAsync(repository, file, KeepAsync, stop);

        async Task<ExportedTask> KeepAsync(string commit)
        {
            var facts = await ReadAsync(repository, commit, file, stop);
            RefuseTwice(facts, root, open);
            var work = (await new GitCommitReaderAndWriter(repository).ReadAsync(commit, stop))!.Parents[0];
            await RefuseConflictsAsync(repository, work, target, facts, stop);
            var folder = new RunFolder(root, runId);
            if (facts.Session.Length > 0)
            {
                await KeepConversationAsync(repository, commit, facts, folder, stop);
            }
            await new RefStore(repository).PutBackAsync(RunRefNameBuilder.Imported(folder, facts.Task), work, stop);
            return facts;
        }
    }

    /// <summary>
    /// Fetches the objects in the file of an exported task into the repository, and keeps them under a temporary ref while they are read.
    /// </summary>
    private static async Task<ExportedTask> WithExportAsync(
        GitRepository repository,
        string file,
        Func<string, Task<ExportedTask>> readAsync,
        CancellationToken stop
    )
    {
        if (!File.Exists(file))
        {
            throw new UserRequestRefusedException(
                $"The file {file} does not exist.",
                "Export it on the other machine: orchestrate move export " + "RUN/TASK FILE"
            );
        }
        var refs = new RefStore(repository);
        var name = $"{Incoming}/{Guid.NewGuid():N}";
        try
        {
            return await new GitBundleFile(repository, file).FetchAsync(ExportedTask.Prefix, name, stop) is { } commit
                ? await readAsync(commit)
                : throw NoExport(file);
        }
        finally
        {
            if (await refs.ReadAsync(name, CancellationToken.None) is { } left)
            {
                await refs.UpdateAsync([new RefChange(name, null, left)], "imported", CancellationToken.None);
            }
        }
    }

    private static void RefuseTwice(ExportedTask facts, string root, IEnumerable<string> open)
    {
        if (
            facts.Session.Length > 0
            && open.FirstOrDefault(run => File.Exists(ConversationStore.PathOf(new RunFolder(root, run), facts.Task, facts.Session)))
                is { } other
        )
        {
            throw new UserRequestRefusedException(
                $"{facts.Task} is already continuing on this machine, in {other}.",
                $"orchestrate status {other}; to import it again, end that run first: orchestrate cancel {other}"
            );
        }
    }

    private static async Task<string> HeadAsync(GitRepository repository, string? linkedWorktree, CancellationToken stop) =>
        new WorktreeManager(repository).FindCheckout(linkedWorktree) is { } checkout && await checkout.ReadHeadAsync(stop) is { } head
            ? head
            : throw new UserRequestRefusedException("The repository has no commits yet.", $"Create one: {GitRepository.BeginCommand}");

    private static async Task<ExportedTask> ReadAsync(GitRepository repository, string commit, string file, CancellationToken stop)
    {
        var commits = new GitCommitReaderAndWriter(repository);
        var facts = await commits.ReadFileAsync(commit, ExportedTask.FactsPath, stop) is { } json
            ? StoredJsonReader.TryParse(json, ExportedTaskJsonContext.Default.ExportedTask)
            : null;
        if (facts is null || (await commits.ReadAsync(commit, stop))?.Parents is not [_])
        {
            throw NoExport(file);
        }
        if (facts.SchemaVersion != ExportedTask.Version)
        {
            throw new UserRequestRefusedException(
                $"{file} was written by another version of this program (file format {facts.SchemaVersion}, "
                    + $"expected {ExportedTask.Version}).",
                "Use the same version on both machines."
            );
        }
        // Both values become part of the names of files and refs.
        var isSound = TaskId.Fault(facts.Task) is null && (facts.Session.Length == 0 || Guid.TryParse(facts.Session, out _));
        return isSound && IsJson(facts.Plan) ? facts : throw NoExport(file);
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var read = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task RefuseConflictsAsync(
        GitRepository repository,
        string work,
        string target,
        ExportedTask facts,
        CancellationToken stop
    )
    {
        var merged = await new TreeMerger(repository).ApplyAsync(work, target, cancellationToken: stop);
        if (!merged.IsClean)
        {
            throw new UserRequestRefusedException(
                $"The work of {facts.Task} can't be applied to {CommitIdFormatter.Shorten(target)} "
                    + $"because of conflicts in {FileNameEncoding.List([.. merged.ConflictedFiles])}.",
                "Check out the branch on which the task started, or a commit closer to its base, and import the file again."
            );
        }
    }

    private static async Task KeepConversationAsync(
        GitRepository repository,
        string commit,
        ExportedTask facts,
        RunFolder folder,
        CancellationToken stop
    )
    {
        if (await new GitCommitReaderAndWriter(repository).ReadFileAsync(commit, ExportedTask.ConversationPath, stop) is { } conversation)
        {
            DurableFile.Write(ConversationStore.PathOf(folder, facts.Task, facts.Session), conversation);
        }
    }

    private static UserRequestRefusedException NoExport(string file) =>
        new(
            $"{file} is not an exported task, or it is damaged.",
            "Export it again on the other machine: orchestrate move export RUN/TASK FILE"
        );
}
