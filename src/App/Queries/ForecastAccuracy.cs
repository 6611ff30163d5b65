using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Queries;

/// <summary>Comparison of a run's forecast with its actual cost and duration.</summary>
/// <param name="Expected">The forecast as text, or null if no readable forecast was stored at the start. The other values then have no
/// meaning.</param>
/// <param name="Took">Duration of the run until its end or until now, excluding the time during which it waited for users.</param>
/// <param name="IsCostWithin">True if the cost is within the forecast.</param>
/// <param name="IsTimeWithin">True if the duration is within the forecast.</param>
public sealed record ForecastAccuracy(string? Expected, TimeSpan Took, bool IsCostWithin, bool IsTimeWithin)
{
    /// <summary>Compares a run with the forecast that it started with.</summary>
    public static ForecastAccuracy Of(RunStatus run, UseCaseServiceBundle context)
    {
        var forecasts = new RunForecasts(context.RequireRepository().Root);
        if (forecasts.ReadInitialForecast(run.RunId) is not { } forecast)
        {
            return new ForecastAccuracy(null, TimeSpan.Zero, IsCostWithin: false, IsTimeWithin: false);
        }
        var took = forecasts.DurationOf(run, RunStateNames.IsFinal(run.State) ? run.UpdatedAt : context.Time.GetUtcNow());
        return new ForecastAccuracy(
            RunForecasts.Describe(forecast),
            took,
            run.Cost >= forecast.CostLow && run.Cost <= forecast.CostHigh,
            took.TotalSeconds >= forecast.SecondsLow && took.TotalSeconds <= forecast.SecondsHigh
        );
    }
}
