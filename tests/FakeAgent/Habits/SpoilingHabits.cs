namespace Orchestrator.FakeAgent.Habits;

/// <summary>Habits that make the work faulty. The agent gets feedback about the fault, or the fault is reported at the end.</summary>
internal static class SpoilingHabits
{
    internal static IReadOnlyDictionary<string, Action<AgentWork>> All { get; } =
        new Dictionary<string, Action<AgentWork>>
        {
            ["empties-tree"] = EmptyTree,
            ["empties-tree-by-git"] = EmptyTreeByGit,
            ["empties-tree-and-git-file"] = EmptyTreeAndGitFile,
            ["nested-repository"] = NestRepository,
            ["nested-repository-without-commit"] = NestRepositoryWithoutCommit,
            ["leaves-worktree-inside"] = LeaveWorktreeInside,
            ["commits-foreign-file"] = CommitForeignFile,
            ["hides-its-work"] = HideItsWork,
            ["writes-into-main-checkout"] = WriteIntoMainCheckout,
            ["changes-main-checkout"] = ChangeMainCheckout,
        };

    private static string Repository => Environment.GetEnvironmentVariable("ORCHESTRATOR_REPOSITORY")!;

    /// <summary>Reverts the additions of these habits. Deleted files are restored earlier.</summary>
    internal static void TakeBack(AgentWork work)
    {
        foreach (var folder in (string[])["nested", "inner"])
        {
            if (Directory.Exists(Path.Combine(work.Task, folder)))
            {
                Directory.Delete(Path.Combine(work.Task, folder), recursive: true);
            }
        }

        AgentGit.Try("worktree", "prune");
        File.Delete(Path.Combine(work.Task, ".gitignore"));
        File.Delete(".task-status.json");
        File.WriteAllText("README.md", AgentGit.Read("show", "main:README.md") + "\n");
    }

    private static void EmptyTree(AgentWork work)
    {
        work.CommitAll();
        RemoveEntries(keepGitFile: true);
    }

    private static void EmptyTreeByGit(AgentWork work)
    {
        work.CommitAll();
        AgentGit.Try("rm", "-r", "--quiet", ".");
        AgentGit.Commit("Begin anew");
    }

    private static void EmptyTreeAndGitFile(AgentWork work)
    {
        work.CommitAll();
        RemoveEntries(keepGitFile: false);
    }

    private static void NestRepository(AgentWork work)
    {
        work.CommitAll();
        var nested = Path.Combine(work.Task, "nested");
        AgentGit.Try("init", "--quiet", nested);
        File.WriteAllText(Path.Combine(nested, "a.txt"), "a\n");
        AgentGit.Try("-C", nested, "add", "a.txt");
        AgentGit.Try("-C", nested, "commit", "--quiet", "--message", "nested");
        AgentGit.Commit("With a repository inside");
    }

    private static void NestRepositoryWithoutCommit(AgentWork work)
    {
        work.CommitAll();
        var nested = Path.Combine(work.Task, "nested");
        AgentGit.Try("init", "--quiet", nested);
        File.WriteAllText(Path.Combine(nested, "a.txt"), "a\n");
    }

    private static void LeaveWorktreeInside(AgentWork work)
    {
        work.CommitAll();
        AgentGit.Try("worktree", "add", "--quiet", "--detach", Path.Combine(work.Task, "inner"));
    }

    private static void CommitForeignFile(AgentWork work)
    {
        work.Commit(1);
        File.AppendAllText("README.md", $"by the way, {work.Task}\n");
        work.Commit(2);
        work.Commit(3);
    }

    /// <summary>Hides the requested files by an ignore rule of the agent.</summary>
    private static void HideItsWork(AgentWork work)
    {
        Directory.CreateDirectory(work.Task);
        File.WriteAllText(Path.Combine(work.Task, ".gitignore"), "*.txt\n");
        work.CommitAll();
    }

    private static void WriteIntoMainCheckout(AgentWork work)
    {
        WhereItMay(() => File.WriteAllText(Path.Combine(Repository, $"stray-of-{work.Task}.txt"), "stray\n"));
        work.CommitAll();
    }

    /// <summary>Writes files into the user's checkout, at paths at which the task's own work will land.</summary>
    private static void ChangeMainCheckout(AgentWork work)
    {
        WhereItMay(() =>
        {
            var folder = Directory.CreateDirectory(Path.Combine(Repository, work.Task)).FullName;
            File.WriteAllText(Path.Combine(folder, "part1.txt"), $"good part 1 of {work.Task}\n");
        });
        work.CommitAll();
    }

    private static void RemoveEntries(bool keepGitFile)
    {
        foreach (var entry in new DirectoryInfo(Directory.GetCurrentDirectory()).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
            {
                folder.Delete(recursive: true);
            }
            else if (!keepGitFile || entry.Name != ".git")
            {
                WhereItMay(entry.Delete);
            }
        }
    }

    /// <summary>Performs an action and continues if a sandbox refuses it, as an agent does after a failed tool call.</summary>
    private static void WhereItMay(Action deed)
    {
        try
        {
            deed();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(refused.Message);
        }
    }
}
