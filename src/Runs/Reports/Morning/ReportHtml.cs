using System.Xml;

namespace Orchestrator.Runs.Reports;

/// <summary>Renders a report as a self-contained HTML file without scripts, readable on a phone in dark and light mode. It is well-formed
/// XML, so that programs can read it. Untrusted text has no effect in it, because invisible characters are shown as symbols and everything
/// else is escaped.</summary>
public static class ReportHtml
{
    /// <summary>Marker near the start of each such file. A file that has it may be overwritten.</summary>
    public const string Mark = "orchestrate-report";

    private const int MostAnchors = 6;

    /// <summary>Renders the whole file.</summary>
    /// <param name="report">Content of the report.</param>
    /// <param name="writtenAt">Time at which the file is written.</param>
    public static string Render(MorningReport report, DateTimeOffset writtenAt)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        text.Write("<!DOCTYPE html>\n");
        using (
            var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.None })
        )
        {
            xml.WriteStartElement("html");
            xml.WriteAttributeString("lang", "en");
            WriteHead(xml, report);
            xml.WriteStartElement("body");
            xml.WriteStartElement("main");
            Element(xml, "h1", report.Head);
            if (report.Title.Length > 0)
            {
                Element(xml, "p", report.Title, "title");
            }
            if (report.Reason.Length > 0)
            {
                Element(xml, "p", report.Reason, "reason");
            }
            WriteFacts(xml, report);
            foreach (var section in report.Sections)
            {
                WriteSection(xml, section);
            }
            WriteEvents(xml, report);
            Element(
                xml,
                "p",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Written {writtenAt.UtcDateTime:yyyy-MM-dd HH:mm}Z by orchestrate, from what the run recorded. Numbers are its events."
                ),
                "foot"
            );
            xml.WriteFullEndElement();
            xml.WriteFullEndElement();
            xml.WriteFullEndElement();
        }
        text.Write('\n');
        return text.ToString();
    }

    private static void WriteHead(XmlWriter xml, MorningReport report)
    {
        xml.WriteStartElement("head");
        Meta(xml, ("charset", "utf-8"));
        Meta(xml, ("name", "generator"), ("content", Mark));
        Meta(xml, ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        Meta(xml, ("http-equiv", "Content-Security-Policy"), ("content", "default-src 'none'; style-src 'unsafe-inline'"));
        Meta(xml, ("name", "referrer"), ("content", "no-referrer"));
        Meta(xml, ("name", "color-scheme"), ("content", "light dark"));
        Element(xml, "title", report.Head);
        xml.WriteStartElement("style");
        xml.WriteString(ReportStyle.Css);
        xml.WriteFullEndElement();
        xml.WriteFullEndElement();
    }

    private static void WriteFacts(XmlWriter xml, MorningReport report)
    {
        xml.WriteStartElement("dl");
        foreach (var (name, value) in report.Facts)
        {
            Element(xml, "dt", name);
            Element(xml, "dd", value);
        }
        xml.WriteFullEndElement();
    }

    private static void WriteSection(XmlWriter xml, ReportSection section)
    {
        xml.WriteStartElement("section");
        xml.WriteAttributeString("id", section.Id);
        Element(xml, "h2", section.Title);
        if (section.Lines.Count > 0)
        {
            // Requests to users are ranked.
            xml.WriteStartElement(section.Lines.Count > 1 && section.Id == "person" ? "ol" : "ul");
            foreach (var line in section.Lines)
            {
                WriteLine(xml, line);
            }
            xml.WriteFullEndElement();
        }
        if (section.Spans.Count > 0)
        {
            GanttChart.Write(xml, section.Spans);
        }
        if (section.Table is { } table)
        {
            WriteTable(xml, table);
        }
        xml.WriteFullEndElement();
    }

    private static void WriteLine(XmlWriter xml, ReportLine line)
    {
        xml.WriteStartElement("li");
        xml.WriteAttributeString("data-kind", line.Kind);
        if (line.Task is { } task)
        {
            xml.WriteAttributeString("data-task", Shown(task));
        }
        xml.WriteAttributeString("data-events", string.Join(' ', line.Events.Select(Number)));
        if (line.IsBad)
        {
            xml.WriteAttributeString("class", "bad");
        }
        Element(xml, "span", line.Text, "said");
        WriteAnchors(xml, line.Events);
        if (line.Each.Count > 0)
        {
            xml.WriteStartElement("ul");
            foreach (var each in line.Each)
            {
                Element(xml, "li", each);
            }
            xml.WriteFullEndElement();
        }
        WriteCommands(xml, line.Commands);
        xml.WriteFullEndElement();
    }

    // The recommended command is visible without expanding anything.
    private static void WriteCommands(XmlWriter xml, IReadOnlyList<string> commands)
    {
        foreach (var (i, command) in commands.Index())
        {
            if (i == 1)
            {
                xml.WriteStartElement("details");
                Element(xml, "summary", "Other ways");
            }
            xml.WriteStartElement("pre");
            Element(xml, "code", command);
            xml.WriteFullEndElement();
        }
        if (commands.Count > 1)
        {
            xml.WriteFullEndElement();
        }
    }

    private static void WriteTable(XmlWriter xml, ReportTable table)
    {
        xml.WriteStartElement("div");
        xml.WriteAttributeString("class", "wide");
        xml.WriteStartElement("table");
        xml.WriteAttributeString("data-kind", table.Kind);
        xml.WriteStartElement("thead");
        xml.WriteStartElement("tr");
        foreach (var column in table.Columns)
        {
            Element(xml, "th", column);
        }
        xml.WriteFullEndElement();
        xml.WriteFullEndElement();
        xml.WriteStartElement("tbody");
        foreach (var row in table.Rows)
        {
            WriteRow(xml, row);
        }
        xml.WriteFullEndElement();
        if (table.Total is { } total)
        {
            xml.WriteStartElement("tfoot");
            WriteRow(xml, total);
            xml.WriteFullEndElement();
        }
        xml.WriteFullEndElement();
        xml.WriteFullEndElement();
    }

    private static void WriteRow(XmlWriter xml, ReportRow row)
    {
        xml.WriteStartElement("tr");
        if (row.Task is { } task)
        {
            xml.WriteAttributeString("data-task", Shown(task));
        }
        xml.WriteAttributeString("data-events", string.Join(' ', row.Events.Select(Number)));
        foreach (var (i, cell) in row.Cells.Index())
        {
            xml.WriteStartElement("td");
            xml.WriteString(Shown(cell));
            if (i == 0)
            {
                WriteAnchors(xml, row.Events);
            }
            xml.WriteFullEndElement();
        }
        xml.WriteFullEndElement();
    }

    private static void WriteAnchors(XmlWriter xml, IReadOnlyList<long> events)
    {
        if (events.Count == 0)
        {
            return;
        }
        xml.WriteStartElement("span");
        xml.WriteAttributeString("class", "events");
        foreach (var number in events.Take(MostAnchors))
        {
            xml.WriteString(" ");
            xml.WriteStartElement("a");
            xml.WriteAttributeString("href", "#e" + Number(number));
            xml.WriteString(Number(number));
            xml.WriteFullEndElement();
        }
        if (events.Count > MostAnchors)
        {
            xml.WriteString($" and {Number(events.Count - MostAnchors)} more");
        }
        xml.WriteFullEndElement();
    }

    private static void WriteEvents(XmlWriter xml, MorningReport report)
    {
        xml.WriteStartElement("section");
        xml.WriteAttributeString("id", "events");
        Element(xml, "h2", "Events");
        xml.WriteStartElement("ul");
        foreach (var happened in report.Events)
        {
            xml.WriteStartElement("li");
            xml.WriteAttributeString("id", "e" + Number(happened.Sequence));
            Element(xml, "b", Number(happened.Sequence));
            xml.WriteString(
                Shown(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $" {happened.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z {happened.Task ?? "run"}: {happened.State}"
                    )
                        + (happened.By is { } by ? $" (by {by})" : "")
                        + (happened.Reason.Length > 0 ? $" ({happened.Reason})" : "")
                )
            );
            xml.WriteFullEndElement();
        }
        xml.WriteFullEndElement();
        xml.WriteFullEndElement();
    }

    internal static void Element(XmlWriter xml, string name, string text, string? @class = null)
    {
        xml.WriteStartElement(name);
        if (@class is not null)
        {
            xml.WriteAttributeString("class", @class);
        }
        xml.WriteString(Shown(text));
        xml.WriteFullEndElement();
    }

    internal static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns untrusted text on one line, with symbols for invisible characters.</summary>
    internal static string Shown(string text) => new UntrustedText(text).Line is var line && text.StartsWith(' ') ? " " + line : line;

    private static void Meta(XmlWriter xml, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement("meta");
        foreach (var (name, value) in attributes)
        {
            xml.WriteAttributeString(name, value);
        }
        xml.WriteEndElement();
    }
}
