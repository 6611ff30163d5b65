namespace Temporal.Server.Storage;

/// <summary>A unit of work that is written atomically as part of the next group of writes.</summary>
internal abstract class DatabaseWriteOperation
{
    /// <summary>Writes within the group's transaction. An exception fails only this unit of work.</summary>
    public abstract void Write(SqliteConnection db);

    /// <summary>
    /// Called on the writer's thread, in the order of submission, when the group is durable. Must be fast and must not throw.
    /// </summary>
    public abstract void Committed();

    /// <summary>Called on the writer's thread if the unit of work could not be made durable.</summary>
    public abstract void Failed(Exception exception);

    /// <summary>True if the unit of work depends on one that failed and is therefore not written.</summary>
    public virtual bool CannotSucceed => false;
}
