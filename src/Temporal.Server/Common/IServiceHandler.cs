namespace Temporal.Server.Common;

/// <summary>A service of the server that has RPCs and may work by itself (schedules, batches, visibility, operator).</summary>
internal interface IServiceHandler
{
    /// <summary>Adds its RPCs.</summary>
    void Register(RpcTable table);

    /// <summary>Called once the database is open and before the server listens: load what must go on.</summary>
    void Start() { }
}
