using System.Globalization;
using System.Xml;
using Orchestrator.Runs.Reports;

namespace Orchestrator.App.Queries;

/// <summary>
/// Renders a report as an element of an HTML file. The element is well-formed XML, so that programs can read it. Untrusted text can't add
/// markup, because everything is escaped and invisible characters are replaced by visible symbols.
/// </summary>
public static class ReportHtml
{
    /// <summary>Marker near the start of each report file. A file that contains the marker may be overwritten.</summary>
    public const string Mark = "orchestrate-report";

    private const int MostAnchors = 6;

    /// <summary>Renders the report as one HTML element.</summary>
    /// <param name="report">The report as data.</param>
    public static string Render(MorningReport report)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (
            var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.None })
        )
        {
            xml.WriteStartElement("div");
            WriteFacts(xml, report);
            foreach (var section in report.Sections)
            {
                WriteSection(xml, section);
            }
            Element(xml, "p", "Numbers refer to the events of the run.", "foot");
            xml.WriteFullEndElement();
        }
        return text.ToString();
    }

    private static void WriteFacts(XmlWriter xml, MorningReport report)
    {
        xml.WriteStartElement("dl");
        xml.WriteAttributeString("class", "facts");
        foreach (var (name, value) in report.Facts)
        {
            Element(xml, "dt", name);
            Element(xml, "dd", value);
        }
        xml.WriteFullEndElement();
    }

    private static void WriteSection(XmlWriter xml, RunReportSection section)
    {
        xml.WriteStartElement("section");
        xml.WriteAttributeString("id", section.Id);
        Element(xml, "h2", section.Title);
        if (section.Lines.Count > 0)
        {
            // The order of requests to users is significant.
            xml.WriteStartElement(section.Lines.Count > 1 && section.Id == "person" ? "ol" : "ul");
            foreach (var line in section.Lines)
            {
                WriteLine(xml, line);
            }
            xml.WriteFullEndElement();
        }
        if (section.Table is { } table)
        {
            WriteTable(xml, table);
        }
        xml.WriteFullEndElement();
    }

    private static void WriteLine(XmlWriter xml, RunReportLine line)
    {
        xml.WriteStartElement("li");
        xml.WriteAttributeString("data-kind", line.Kind);
        if (line.Task is { } task)
        {
            xml.WriteAttributeString("data-task", FormatUntrusted(task));
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

    // The recommended command is visible without expanding an element.
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

    private static void WriteTable(XmlWriter xml, RunReportTable table)
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

    private static void WriteRow(XmlWriter xml, RunReportRow row)
    {
        xml.WriteStartElement("tr");
        if (row.Task is { } task)
        {
            xml.WriteAttributeString("data-task", FormatUntrusted(task));
        }
        xml.WriteAttributeString("data-events", string.Join(' ', row.Events.Select(Number)));
        foreach (var (i, cell) in row.Cells.Index())
        {
            xml.WriteStartElement("td");
            xml.WriteString(FormatUntrusted(cell));
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

    private static void Element(XmlWriter xml, string name, string text, string? @class = null)
    {
        xml.WriteStartElement(name);
        if (@class is not null)
        {
            xml.WriteAttributeString("class", @class);
        }
        xml.WriteString(FormatUntrusted(text));
        xml.WriteFullEndElement();
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns untrusted text as one line in which invisible characters are replaced by visible symbols.</summary>
    private static string FormatUntrusted(string text) =>
        new UntrustedText(text).Line is var line && text.StartsWith(' ') ? " " + line : line;
}
