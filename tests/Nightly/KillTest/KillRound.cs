namespace Orchestrator.KillTest;

/// <summary>The result of one round.</summary>
/// <param name="Faults">Violated invariants at the end, or empty if there are none.</param>
/// <param name="Fingerprint">Content of the target.</param>
/// <param name="Kills">Kills, in order.</param>
/// <param name="Output">Output of the commands.</param>
public sealed record KillResult(IReadOnlyList<string> Faults, string Fingerprint, IReadOnlyList<string> Kills, string Output);

/// <summary>Decides when what is killed in a round.</summary>
public interface IKiller
{
    /// <summary>Prepares the repository of a round before anything is started in it.</summary>
    /// <returns>A folder at the front of the commands' PATH, or null for none.</returns>
    string? Prepare(KillRepository repository);

    /// <summary>Number of processes that should work on the run.</summary>
    int Processes { get; }

    /// <summary>Time until <see cref="Kill"/> is called again.</summary>
    TimeSpan Pause { get; }

    /// <summary>Kills, or not.</summary>
    /// <returns>A description of the kill, or null if nothing was killed.</returns>
    string? Kill(KillRepository repository, Disturber disturber);
}

/// <summary>One run from its start to its end, with something killed now and then.</summary>
/// <param name="program">Program and leading arguments of the <c>orchestrate</c> command.</param>
/// <param name="root">Folder for the repositories of rounds, or null for the system's temporary folder.</param>
public sealed class KillRound(IReadOnlyList<string> program, string? root = null)
{
    /// <summary>Time limit of a round.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Runs the plan without killing anything; what its target then holds, every other run must give.</summary>
    public Task<KillResult> RunUndisturbedAsync(KillPlan plan) => RunAsync(plan, new RandomKiller(new Random(0), most: 0), expected: null);

    /// <summary>Runs the plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="killer">Kills.</param>
    /// <param name="expected">Required content of the target at the end, or null for the undisturbed run.</param>
    public async Task<KillResult> RunAsync(KillPlan plan, IKiller killer, string? expected)
    {
        using var repository = new KillRepository(plan, root);
        var mark = Guid.NewGuid().ToString("n");
        var disturber = new Disturber(repository, mark);
        var kills = new List<string>();
        var person = new PersonAtWork(repository, new Random(plan.Seed));
        using var commands = new RunCommands(program, repository, mark, killer.Prepare(repository));
        if (plan.HasPerson)
        {
            await commands.TrustAsync();
        }
        var began = TimeProvider.System.GetTimestamp();
        while (!commands.HasEnded)
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                disturber.KillEverything();
                return new KillResult([$"the run did not end within {Patience}"], "", kills, commands.Output);
            }

            commands.KeepGoing(killer.Processes);
            if (!File.Exists(repository.UserCommitted) && repository.HasMergedWork)
            {
                repository.CommitAsUser();
            }
            if (repository.HasOpenRun)
            {
                person.Work();
            }
            if (await commands.SomeEndedAsync(killer.Pause) || killer.Kill(repository, disturber) is not { } killed)
            {
                continue;
            }
            kills.Add(killed);
            commands.NoteKill(killed);
        }

        var faults = new List<string>(await commands.EndAsync());
        faults.AddRange(await Aftermath.CheckAsync(repository, disturber, expected));
        faults.AddRange(person.Faults());
        faults.AddRange(repository.Hostility.Faults());
        return new KillResult(faults, repository.Fingerprint(), kills, commands.Output);
    }
}
