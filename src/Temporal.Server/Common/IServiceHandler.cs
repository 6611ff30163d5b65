namespace Temporal.Server.Common;

/// <summary>
/// A server component that registers RPCs and may run background work. Examples are the components for schedules, batches, visibility and
/// the operator service.
/// </summary>
internal interface IServiceHandler
{
    /// <summary>Registers the component's RPCs.</summary>
    void Register(GrpcMethodRegistry table);

    /// <summary>Resumes unfinished work. Called after the database is open and before the server listens.</summary>
    void Start() { }
}
