namespace Orchestrator.Dashboard.Pages;

/// <summary>Part of a run's tasks that a tab shows. Contains at most 100 tasks that match the filter.</summary>
/// <param name="Shown">Rows of the part, in order.</param>
/// <param name="Count">Figures of the part.</param>
/// <typeparam name="T">Type of a row.</typeparam>
public sealed record PagedTaskList<T>(IReadOnlyList<T> Shown, ListPaging Count);

/// <summary>Position of the shown part within a long list that is divided into parts.</summary>
/// <param name="Total">Number of rows in all parts.</param>
/// <param name="Size">Maximum number of rows in a part.</param>
/// <param name="Part">Number of the part, from 1.</param>
public sealed record ListPaging(int Total, int Size, int Part)
{
    /// <summary>Number of rows before the shown rows.</summary>
    public int Before => (Part - 1) * Size;

    /// <summary>True if the list continues after the shown rows.</summary>
    public bool HasMore => Part * Size < Total;

    /// <summary>Creates the position for a part number. A number outside the list selects the nearest part.</summary>
    public static ListPaging Of(int total, int size, int part) =>
        new(total, size, Math.Clamp(part, 1, Math.Max(1, (total + size - 1) / size)));
}
