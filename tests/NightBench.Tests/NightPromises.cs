using Orchestrator.NightBench.Figures;
using Orchestrator.NightBench.Nights;

namespace Orchestrator.NightBench.Tests;

/// <summary>Targets that each night of <c>orchestrate</c> has to reach on a machine of any speed.</summary>
internal static class NightPromises
{
    /// <summary>Fails if a figure misses its target. The wall clock is not compared, because it depends on the machine.</summary>
    internal static void AssertHeld(NightFigures figures)
    {
        Assert.Equal(figures.Landable, figures.Landed);
        Assert.Equal(0, figures.RedCommits);
        Assert.Empty(figures.LostHunks);
        Assert.Empty(figures.RepeatedStarts);
        Assert.Equal(0, figures.BlockedStarts);
        Assert.Empty(figures.Contradicted);
        Assert.True(figures.Money <= figures.Budget, $"{figures.Money} of {figures.Budget} USD were spent");
    }
}
