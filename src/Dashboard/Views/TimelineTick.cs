namespace Orchestrator.Dashboard.Views;

/// <summary>A labeled tick of a <see cref="TimelineAxis"/>.</summary>
/// <param name="At">Time since the begin of the run.</param>
/// <param name="Label">Label, such as +10:00.</param>
/// <param name="IsBefore">True if the label is to the left of its line, because it would otherwise exceed the right edge.</param>
public sealed record TimelineTick(TimeSpan At, string Label, bool IsBefore);
