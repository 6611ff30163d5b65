namespace Orchestrator.FakeAgent.Habits;

/// <summary>Work of a task with a habit: the files <c>TASK/part1.txt</c> to <c>part3.txt</c>.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Beside">Folder outside the repository for other files of the agent.</param>
internal sealed record AgentWork(string Task, string Beside)
{
    private const int Parts = 3;

    /// <summary>Writes one of the files.</summary>
    internal void Write(int part)
    {
        Directory.CreateDirectory(Task);
        File.WriteAllText(Path.Combine(Task, $"part{part}.txt"), $"good part {part} of {Task}\n");
    }

    /// <summary>Writes one of the files and commits it.</summary>
    internal void Commit(int part)
    {
        Write(part);
        AgentGit.Commit($"Part {part} of {Task}");
    }

    /// <summary>Writes all files.</summary>
    internal void WriteAll()
    {
        for (var part = 1; part <= Parts; part++)
        {
            Write(part);
        }
    }

    /// <summary>Writes all files, each in a separate commit.</summary>
    internal void CommitAll()
    {
        for (var part = 1; part <= Parts; part++)
        {
            Commit(part);
        }
    }
}
