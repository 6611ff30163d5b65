namespace Orchestrator.FakeAgent.Habits;

/// <summary>The work that a task with a habit asks for: <c>TASK/part1.txt</c> to <c>part3.txt</c>.</summary>
/// <param name="Task">The task.</param>
/// <param name="Beside">A folder outside the repository, for what an agent leaves elsewhere.</param>
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

    /// <summary>Writes all files, each in a commit of its own.</summary>
    internal void CommitAll()
    {
        for (var part = 1; part <= Parts; part++)
        {
            Commit(part);
        }
    }
}
