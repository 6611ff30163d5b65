namespace Orchestrator.ServerKillTest;

/// <summary>A server that dies and comes back on the same address.</summary>
internal interface IVictim : IAsyncDisposable
{
    /// <summary>The address of the running server in the form that clients take.</summary>
    string Address { get; }

    /// <summary>Brings it up on what the last one left.</summary>
    Task StartAsync(Random random);

    /// <summary>Lets it live for a while, and ends it in one moment. Returns the file as it lies there now.</summary>
    Task<string> CrashAsync(Random random);

    /// <summary>Ends it in peace; returns the file.</summary>
    Task<string> StopAsync();
}
