using System.Globalization;
using System.Net;
using System.Text;

namespace Orchestrator.NightBench.Plots;

/// <summary>An SVG plot with a row for each adapter and a dot for each night. Pure.</summary>
/// <param name="title">Title.</param>
/// <param name="figure">Figure of a night, or null if the night has none.</param>
/// <param name="bar">Value of the bar, drawn as a line.</param>
public sealed class DotPlot(string title, Func<NightResult, double?> figure, double bar)
{
    private const int Width = 720;
    private const int Left = 140;
    private const int RowHeight = 48;

    /// <summary>Returns the plot of the ratio of wall clock and floor.</summary>
    public static DotPlot WallClock { get; } = new("Wall clock ÷ floor, a dot for each night", night => night.Figures.Ratio, 1.5);

    /// <summary>Returns the plot of the share of tasks that landed.</summary>
    public static DotPlot Landed { get; } =
        new("Landed ÷ landable, a dot for each night", night => (double)night.Figures.Landed / night.Figures.Landable, 1);

    /// <summary>Renders the plot.</summary>
    public string Render(IReadOnlyList<NightResult> results)
    {
        var rows = results.GroupBy(result => result.Adapter).ToList();
        var most = Math.Max(bar, results.Max(result => figure(result) ?? 0)) * 1.1;
        var height = 80 + (rows.Count * RowHeight);
        double X(double value) => Left + ((Width - Left - 30) * value / most);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" ");
        svg.Append("font-family=\"sans-serif\" font-size=\"13\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"white\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"12\" y=\"22\" font-size=\"15\">{WebUtility.HtmlEncode(title)}</text>\n");
        for (var tick = 0; tick <= 4; tick++)
        {
            var value = most * tick / 4;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{X(value):0}\" y=\"{height - 10}\" text-anchor=\"middle\">{value:0.0#}</text>\n"
            );
        }
        for (var row = 0; row < rows.Count; row++)
        {
            var y = 40 + (RowHeight * row) + (RowHeight / 2);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"12\" y=\"{y + 4}\">{WebUtility.HtmlEncode(rows[row].Key)}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {y}H{Width - 30}\" stroke=\"#dddddd\"/>\n");
            foreach (var value in rows[row].Select(figure).OfType<double>())
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<circle cx=\"{X(value):0.0}\" cy=\"{y}\" r=\"6\" fill=\"#1f6feb\" fill-opacity=\"0.5\"/>\n"
                );
            }
        }
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<path d=\"M{X(bar):0.0} 36V{height - 30}\" stroke=\"#cf222e\" stroke-dasharray=\"4\"/>\n"
        );
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(bar) + 4:0.0}\" y=\"48\" fill=\"#cf222e\">bar {bar:0.0#}</text>\n");
        return svg.Append("</svg>\n").ToString();
    }
}
