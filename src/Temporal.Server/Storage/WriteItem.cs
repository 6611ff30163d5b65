namespace Temporal.Server.Storage;

/// <summary>Something to be written as a whole in the next group.</summary>
internal abstract class WriteItem
{
    /// <summary>Writes with the group's transaction open. An exception undoes this item alone.</summary>
    public abstract void Write(SqliteConnection db);

    /// <summary>
    /// Called by whoever writes, in the order of submission, when the group is durable. Must be quick and must not throw.
    /// </summary>
    public abstract void Committed();

    /// <summary>Called by whoever writes when the item could not be made durable.</summary>
    public abstract void Failed(Exception exception);

    /// <summary>True when something it rests on has failed already; then it is not written.</summary>
    public virtual bool Doomed => false;
}
