namespace Orchestrator.Dashboard.Views;

/// <summary>Labeled line of a <see cref="TimelineAxis"/>.</summary>
/// <param name="At">Time since the begin of the run.</param>
/// <param name="Label">Label, such as +10:00.</param>
/// <param name="IsBefore">True if the label stands before its line, because it would end beyond the right edge.</param>
public sealed record TimelineTick(TimeSpan At, string Label, bool IsBefore);
