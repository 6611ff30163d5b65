using System.Xml;

namespace Orchestrator.Runs.Reports;

/// <summary>Draws each task's activities over time as rows of SVG bars on a common time scale.</summary>
internal static class GanttChart
{
    private const int MostTasks = 100;
    private const double Width = 1000;

    /// <summary>Writes the chart.</summary>
    /// <param name="xml">Writer of the report.</param>
    /// <param name="spans">Activities to draw; not empty.</param>
    public static void Write(XmlWriter xml, IReadOnlyList<TaskSpan> spans)
    {
        var (from, to) = (spans.Min(span => span.From), spans.Max(span => span.To));
        xml.WriteStartElement("div");
        xml.WriteAttributeString("class", "chart");
        WriteKey(xml, spans);
        var tasks = spans.GroupBy(span => span.Task, StringComparer.Ordinal).ToList();
        foreach (var task in tasks.Take(MostTasks))
        {
            WriteBar(xml, task.Key, [.. task], from, to - from);
        }
        xml.WriteStartElement("div");
        xml.WriteAttributeString("class", "scale");
        foreach (var time in new[] { from, to })
        {
            ReportHtml.Element(xml, "span", Time(time));
        }
        xml.WriteFullEndElement();
        if (tasks.Count > MostTasks)
        {
            ReportHtml.Element(xml, "p", $"And {Plural.Of(tasks.Count - MostTasks, "more task")}, which the sums below count.", "foot");
        }
        xml.WriteFullEndElement();
    }

    private static void WriteKey(XmlWriter xml, IReadOnlyList<TaskSpan> spans)
    {
        xml.WriteStartElement("ul");
        xml.WriteAttributeString("class", "key");
        foreach (var use in TaskSpan.Uses.Where(use => spans.Any(span => span.Use == use)))
        {
            xml.WriteStartElement("li");
            xml.WriteStartElement("svg");
            xml.WriteAttributeString("viewBox", "0 0 10 10");
            xml.WriteAttributeString("aria-hidden", "true");
            WriteRectangle(xml, use, 0, 10);
            xml.WriteFullEndElement();
            xml.WriteFullEndElement();
            xml.WriteString(TaskSpan.Words(use));
            xml.WriteFullEndElement();
        }
        xml.WriteFullEndElement();
    }

    private static void WriteBar(XmlWriter xml, string task, IReadOnlyList<TaskSpan> spans, DateTimeOffset from, TimeSpan whole)
    {
        var sums = spans
            .GroupBy(span => span.Use)
            .OrderBy(use => use.Key)
            .Select(use => $"{TaskSpan.Words(use.Key)} {TimeSection.Length(new TimeSpan(use.Sum(span => span.Length.Ticks)))}");
        xml.WriteStartElement("div");
        xml.WriteAttributeString("class", "bar");
        xml.WriteAttributeString("data-task", ReportHtml.Shown(task));
        ReportHtml.Element(xml, "span", task);
        xml.WriteStartElement("svg");
        xml.WriteAttributeString("viewBox", "0 0 1000 10");
        xml.WriteAttributeString("preserveAspectRatio", "none");
        xml.WriteAttributeString("role", "img");
        xml.WriteAttributeString("aria-label", ReportHtml.Shown($"{task}: {string.Join(", ", sums)}"));
        foreach (var span in spans)
        {
            xml.WriteStartElement("a");
            xml.WriteAttributeString("href", "#e" + ReportHtml.Number(span.Events[0]));
            // Very short activities remain visible, too.
            WriteRectangle(xml, span.Use, (span.From - from) / whole * Width, Math.Max(1.5, span.Length / whole * Width));
            ReportHtml.Element(
                xml,
                "title",
                $"{task}: {TaskSpan.Words(span.Use)} {TimeSection.Length(span.Length)}, from {Time(span.From)}"
            );
            xml.WriteFullEndElement();
            xml.WriteFullEndElement();
        }
        xml.WriteFullEndElement();
        xml.WriteFullEndElement();
    }

    // The element stays open, so that its title can be added.
    private static void WriteRectangle(XmlWriter xml, TimeUse use, double x, double width)
    {
        xml.WriteStartElement("rect");
        xml.WriteAttributeString("class", use.ToString().ToLowerInvariant());
        xml.WriteAttributeString("x", x.ToString("0.##", CultureInfo.InvariantCulture));
        xml.WriteAttributeString("y", "0");
        xml.WriteAttributeString("width", width.ToString("0.##", CultureInfo.InvariantCulture));
        xml.WriteAttributeString("height", "10");
    }

    private static string Time(DateTimeOffset time) => $"{time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}Z";
}
