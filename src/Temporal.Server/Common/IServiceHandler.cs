namespace Temporal.Server.Common;

/// <summary>
/// A server component, such as schedules, batches, visibility or operator, that registers RPCs and may run background work.
/// </summary>
internal interface IServiceHandler
{
    /// <summary>Registers the component's RPCs.</summary>
    void Register(GrpcMethodRegistry table);

    /// <summary>Resumes unfinished work. Called after the database is open and before the server listens.</summary>
    void Start() { }
}
