namespace Orchestrator.KillTest;

/// <summary>Kills running processes at random moments.</summary>
/// <param name="random">Makes the choices.</param>
/// <param name="most">Kills in a round at most.</param>
public sealed class RandomKiller(Random random, int most) : IKiller
{
    // What is likeliest in life comes more often.
    private static readonly Victim[] Victims =
    [
        Victim.EveryOrchestrator,
        Victim.EveryOrchestrator,
        Victim.Everything,
        Victim.Power,
        Victim.EngineOwner,
        Victim.EngineOwner,
        Victim.Supervisor,
        Victim.Agent,
        Victim.Git,
        Victim.PackageManager,
    ];

    private int _kills;

    /// <inheritdoc/>
    /// <remarks>In every second round two, so that the owner of the engine leaves one behind.</remarks>
    public int Processes { get; } = most > 0 && random.Next(2) == 0 ? 2 : 1;

    /// <inheritdoc/>
    public TimeSpan Pause => TimeSpan.FromMilliseconds(_kills < most ? random.Next(100, 1800) : 200);

    /// <inheritdoc/>
    public string? Prepare(KillRepository repository) => null;

    /// <inheritdoc/>
    public string? Kill(KillRepository repository, Disturber disturber)
    {
        if (_kills == most)
        {
            return null;
        }
        var victims = Victims.ToArray();
        random.Shuffle(victims);
        foreach (var victim in victims)
        {
            if (disturber.Kill(victim, random) == 0)
            {
                continue;
            }
            _kills++;
            return victim.ToString();
        }

        return null;
    }
}
