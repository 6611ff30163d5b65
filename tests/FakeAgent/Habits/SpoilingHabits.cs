namespace Orchestrator.FakeAgent.Habits;

/// <summary>Work in which something is wrong: the agent is told what, or it is named at the end.</summary>
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

    /// <summary>Takes back what the habits here add; what they remove is brought back before.</summary>
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

    /// <summary>Its own ignore rules hide what it was asked for.</summary>
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

    /// <summary>Writes its files where the user works as well, at paths that its own work will land at.</summary>
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

    /// <summary>What a sandbox refuses is a failed tool call for an agent: it goes on.</summary>
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
