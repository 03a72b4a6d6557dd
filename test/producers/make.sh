#!/usr/bin/env bash
# Makes test/fixtures/producers: small PDFs by as many producers as Debian 12 has, and manifest.tsv (file,
# Debian package and version, what is odd). The files are committed; this is run again only to add one, by
# a part of its name. All content is invented, and licensed as the project. Needs these packages:
#   apt-get install --no-install-recommends libreoffice-writer libreoffice-calc libreoffice-impress \
#     libreoffice-draw texlive-latex-base texlive-latex-recommended texlive-fonts-recommended \
#     texlive-luatex texlive-xetex chromium wkhtmltopdf weasyprint htmldoc python3-reportlab python3-cairo python3-matplotlib python3-fitz \
#     python3-pikepdf python3-pypdf2 img2pdf ocrmypdf librsvg2-bin groff fop pdftk-java libpdfbox2-java \
#     libitext5-java libbcprov-java libbcpkix-java openjdk-17-jdk-headless imagemagick graphicsmagick \
#     libtiff-tools enscript paps fig2dev gnuplot-nox graphviz gcc libhpdf-dev libpodofo-utils \
#     libpdf-api2-perl libpdf-create-perl libcam-pdf-perl ruby ruby-prawn php-cli php-tcpdf php-fpdf php-dompdf \
#     python3-pyqt5 pspp abiword gnumeric r-base-core asymptote ghostscript mupdf-tools \
#     poppler-utils openssl fonts-liberation fonts-dejavu-core
# A producer that is missing is left out and said so; its file and its line of the manifest stay as they were.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
to=$here/../fixtures/producers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$to"
cd "$work"
export SOURCE_DATE_EPOCH=1795392000 FORCE_SOURCE_DATE=1 TZ=UTC LC_ALL=C.UTF-8 HOME=$work
only=${1:-}

# made FILE PACKAGE WHAT-IS-ODD COMMAND…: runs the command, which leaves out.pdf, and keeps it.
made() {
  local file=$1 package=$2 odd=$3
  shift 3
  [[ -z $only || $file == *$only* ]] || return 0
  rm -f out.pdf
  if ! "$@" >log 2>&1 || [[ ! -s out.pdf ]]; then
    echo "left out: $file ($(tail -c 300 log | tr '\n' ' '))" >&2
    return 0
  fi
  local size
  size=$(stat -c %s out.pdf)
  [[ $size -le 250000 ]] || { echo "left out: $file has $size bytes" >&2; return 0; }
  cp out.pdf "$to/$file.pdf"
  local line
  line=$(printf '%s\t%s\t%s' "$file.pdf" "$package $(dpkg-query -W -f '${Version}' "$package")" "$odd")
  { grep -v "^$file.pdf$(printf '\t')" "$to/manifest.tsv" 2>/dev/null; echo "$line"; } | sort >manifest
  cp manifest "$to/manifest.tsv"
  echo "$file $size"
}

# ---------------------------------------------------------------------------------------------- sources

cat >letter.html <<'END'
<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Công văn số 12</title>
<style>body{font-family:"Liberation Serif",serif;font-size:13pt} table{border-collapse:collapse} td{border:1px solid #000;padding:4px}</style>
</head><body><table><tr><td>UBND XÃ SUỐI NGỌC</td><td>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</td></tr></table>
<h1>CÔNG VĂN</h1><p>Về việc chuẩn bị <a href="https://suoingoc.example/">Ngày hội làng</a> năm 2026.</p>
<p>Kính gửi: các thôn Thượng, Trung và Hạ.</p><ol><li>Dọn đường làng.</li><li>Trồng cây bên suối.</li></ol>
<p style="text-align:right">KT. CHỦ TỊCH<br>PHÓ CHỦ TỊCH<br><br>Nguyễn Văn Mẫu</p>
<p style="page-break-before:always">Phụ lục: danh sách các thôn.</p></body></html>
END
cat >form.html <<'END'
<!DOCTYPE html><html><head><meta charset="utf-8"><title>Phiếu</title></head><body><h2>Phiếu đăng ký</h2>
<form><p>Họ tên <input type="text" name="hoten" value="Mẫu"></p><p><input type="checkbox" name="dong" checked> Đồng ý</p>
<p><select name="thon"><option>Thượng</option><option>Hạ</option></select></p></form></body></html>
END
cat >table.csv <<'END'
Thôn,Số hộ,Số cây
Thượng,12,40
Trung,30,85
Hạ,21,60
END
cat >drawing.svg <<'END'
<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300" viewBox="0 0 400 300">
<rect x="10" y="10" width="380" height="280" fill="#eef" stroke="#036"/><circle cx="120" cy="150" r="60" fill="#c33" fill-opacity="0.5"/>
<text x="40" y="50" font-family="Liberation Serif" font-size="24">Sơ đồ thôn Thượng</text></svg>
END
cat >letter.tex <<'END'
\documentclass[a4paper]{article}\pagestyle{empty}\begin{document}
\section*{So 12} Ve viec chuan bi ngay hoi lang. $\sum_{i=1}^n i = \frac{n(n+1)}{2}$\par Nguyen Van Mau \newpage Phu luc \end{document}
END
cat >form.tex <<'END'
\documentclass[a4paper]{article}\usepackage{hyperref}\begin{document}\section{Phieu}
\begin{Form}\TextField[name=hoten,value=Mau]{Ho ten} \ChoiceMenu[name=thon,combo]{Thon}{Thuong,Ha}\end{Form}
\section{Muc hai}\label{hai}\newpage\hyperref[hai]{Ve muc hai}\end{document}
END
cat >letter.fo <<'END'
<fo:root xmlns:fo="http://www.w3.org/1999/XSL/Format"><fo:layout-master-set><fo:simple-page-master master-name="a" page-width="210mm" page-height="297mm" margin="20mm"><fo:region-body/></fo:simple-page-master></fo:layout-master-set>
<fo:page-sequence master-reference="a"><fo:flow flow-name="xsl-region-body"><fo:block font-size="14pt">Cong van so 12</fo:block><fo:block break-before="page">Phu luc</fo:block></fo:flow></fo:page-sequence></fo:root>
END
cat >letter.txt <<'END'
UBND XA SUOI NGOC
So 12/UBND-VP

Ve viec chuan bi ngay hoi lang nam 2026.

Nguyen Van Mau
END
cat >letter.ps <<'END'
%!PS
<< /PageSize [595 842] >> setpagedevice
/Times-Roman findfont 20 scalefont setfont 72 700 moveto (So 12) show
gsave 200 400 translate 0 1 30 { 12 mul rotate 0 0 moveto 80 0 lineto stroke } for grestore showpage
90 rotate 100 -200 moveto (Phu luc) show showpage
END
[[ -x /usr/bin/convert ]] &&
  /usr/bin/convert -size 827x1169 xc:white -font Liberation-Serif -pointsize 40 -annotate +90+150 'UBND XÃ SUỐI NGỌC' \
    -annotate +90+300 'Số 12/UBND-VP' -annotate +450+900 'Nguyễn Văn Mẫu' -seed 12 -attenuate 0.1 +noise Gaussian -depth 8 scan.png &&
  /usr/bin/convert scan.png -colorspace Gray -quality 40 scan.jpg && /usr/bin/convert scan.png -threshold 55% -compress Group4 scan.tif

# ------------------------------------------------------------------------------------------- LibreOffice

office() { # office FILTER-OPTIONS INPUT [MODULE]
  soffice -env:UserInstallation="file://$work/profile" --headless --convert-to "pdf:${3:-writer}_pdf_Export:$1" "$2" && mv "$(basename "${2%.*}").pdf" out.pdf
}
option() { printf '{"%s":{"type":"%s","value":"%s"}}' "$1" "$2" "$3"; }
odt() { [[ -f letter.odt ]] || soffice -env:UserInstallation="file://$work/profile" --headless --infilter=HTML --convert-to odt:writer8 letter.html; }
as_odt() { odt && office "$1" letter.odt; }
made libreoffice-writer libreoffice-writer 'boxes with twelve decimals' as_odt '{}'
made libreoffice-pdfa1 libreoffice-writer 'PDF/A-1b, tagged' as_odt "$(option SelectPdfVersion long 1)"
made libreoffice-pdfa3 libreoffice-writer 'PDF/A-3b, tagged' as_odt "$(option SelectPdfVersion long 3)"
made libreoffice-hybrid libreoffice-writer 'its own source as an attachment' as_odt "$(option IsAddStream boolean true)"
made libreoffice-watermark libreoffice-writer 'a watermark' as_odt "$(option Watermark string MAU)"
made libreoffice-form libreoffice-writer 'a form' office '{}' form.html writer_web
made libreoffice-calc libreoffice-calc 'a sheet' office '{}' table.csv calc
made libreoffice-draw libreoffice-draw 'a drawing' office '{}' drawing.svg draw

# --------------------------------------------------------------------------------------------------- TeX

tex() { local engine=$1; shift; "$engine" -interaction=batchmode "$@" && mv "$(basename "${!#}" .tex)".pdf out.pdf; }
made tex-pdflatex texlive-latex-base 'object streams' tex pdflatex letter.tex
plain_tex() { printf '\\pdfobjcompresslevel=0 \\pdfcompresslevel=0 \\pdfminorversion=4 \\input letter.tex' >old.tex && tex pdflatex old.tex; }
made tex-pdflatex-plain texlive-latex-base 'a table, nothing compressed' plain_tex
made tex-hyperref-form texlive-latex-recommended 'a form with NeedAppearances, links, outlines' tex pdflatex form.tex
made tex-lualatex texlive-luatex 'object streams' tex lualatex letter.tex
made tex-xelatex texlive-xetex 'xdvipdfmx' tex xelatex letter.tex
dvi() { latex -interaction=batchmode letter.tex && dvipdfmx -o out.pdf letter.dvi; }
made tex-dvipdfmx texlive-latex-base 'dvipdfmx' dvi
dvips_gs() { latex -interaction=batchmode letter.tex && dvips -q -o tex.ps letter.dvi && ps2pdf tex.ps out.pdf; }
made tex-dvips-ghostscript texlive-latex-base 'Type 3 fonts' dvips_gs

# ---------------------------------------------------------------------------------------------- browsers

made skia-chromium chromium 'tagged, Skia' chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer --user-data-dir="$work/chromium" --print-to-pdf=out.pdf letter.html
made qt-wkhtmltopdf wkhtmltopdf 'Qt 5 of its own' env QT_QPA_PLATFORM=offscreen wkhtmltopdf -q letter.html out.pdf
made weasyprint weasyprint 'pydyf' weasyprint letter.html out.pdf
made htmldoc htmldoc 'an old writer, PDF 1.4' htmldoc --webpage --no-embedfonts -f out.pdf letter.html
cat >qt.py <<'END'
from PyQt5.QtGui import QGuiApplication, QPdfWriter, QPainter
app = QGuiApplication([])
w = QPdfWriter('out.pdf'); w.setTitle('Công văn'); p = QPainter(w)
p.drawText(800, 800, 'Công văn số 12'); w.newPage(); p.drawText(800, 800, 'Phụ lục'); p.end()
END
made qt-pdfwriter python3-pyqt5 'QPdfWriter' env QT_QPA_PLATFORM=offscreen /usr/bin/python3 qt.py

# ------------------------------------------------------------------------------------------------- Cairo

made cairo-rsvg librsvg2-bin 'an odd page size' rsvg-convert -f pdf -o out.pdf drawing.svg
made cairo-paps paps 'Pango through Ghostscript' sh -c 'paps letter.txt > t.ps && ps2pdf t.ps out.pdf'
made cairo-poppler poppler-utils 'pdftocairo' sh -c 'ps2pdf letter.ps in.pdf && pdftocairo -pdf in.pdf out.pdf'
made cairo-graphviz graphviz 'a graph' sh -c 'echo "digraph { Thuong -> Trung -> Ha }" | dot -Tpdf -o out.pdf'
made cairo-gnuplot gnuplot-nox 'a plot' gnuplot -e 'set terminal pdfcairo; set output "out.pdf"; plot sin(x)'
made cairo-pspp pspp 'statistics' sh -c 'printf "data list free /x.\nbegin data\n1 2 3\nend data.\ndescriptives x.\n" > a.sps && pspp -o out.pdf a.sps'
made cairo-abiword abiword 'a word processor on GTK' abiword --to=pdf --to-name=out.pdf letter.html
made cairo-gnumeric gnumeric 'a sheet' ssconvert table.csv out.pdf
cat >pycairo.py <<'END'
import cairo
s = cairo.PDFSurface('out.pdf', 842, 595); s.set_metadata(cairo.PDF_METADATA_TITLE, 'Công văn')
c = cairo.Context(s); c.move_to(72, 72); c.set_font_size(20); c.show_text('Công văn số 12')
c.tag_begin(cairo.TAG_LINK, "uri='https://suoingoc.example/'"); c.move_to(72, 120); c.show_text('Xem'); c.tag_end(cairo.TAG_LINK)
s.add_outline(cairo.PDF_OUTLINE_ROOT, 'Mục', "page=1 pos=[0 0]", 0); s.finish()
END
made cairo-python python3-cairo 'landscape, outlines' /usr/bin/python3 pycairo.py

# ------------------------------------------------------------------------------ PostScript and the like

gs_pdf() { gs -q -dNOPAUSE -dBATCH -sDEVICE=pdfwrite "$@" -sOutputFile=out.pdf letter.ps; }
made ghostscript-17 ghostscript 'pages that differ in their direction' gs_pdf
made ghostscript-13 ghostscript 'PDF 1.3' gs_pdf -dCompatibilityLevel=1.3
made ghostscript-pdfa ghostscript 'PDF/A-2 settings, grey' gs_pdf -dPDFA=2 -sColorConversionStrategy=Gray
made ghostscript-linear ghostscript 'its own fast web view' gs_pdf -dFastWebView=true
made enscript-ghostscript enscript 'a printed text file' sh -c 'enscript -q -p t.ps letter.txt && ps2pdf t.ps out.pdf'
made groff groff 'gropdf' sh -c 'printf ".sp 3\nCong van so 12\n.bp\nPhu luc\n" | groff -Tpdf > out.pdf'
made fig2dev fig2dev 'a figure' sh -c 'printf "#FIG 3.2\nPortrait\nCenter\nMetric\nA4\n100.00\nSingle\n-2\n1200 2\n2 2 0 1 0 7 50 -1 -1 0.000 0 0 -1 0 0 5\n 900 900 3600 900 3600 2700 900 2700 900 900\n" > a.fig && fig2dev -L pdf a.fig out.pdf'
made asymptote asymptote 'a figure through TeX and Ghostscript' sh -c 'echo "size(5cm); draw(unitcircle); label(\"Suoi\",(0,0));" > a.asy && asy -f pdf -o out a.asy'

# ------------------------------------------------------------------------------------- scans and pictures

made scan-img2pdf img2pdf 'a JPEG untouched' img2pdf -o out.pdf scan.jpg
made scan-tiff2pdf libtiff-tools 'fax compression' tiff2pdf -o out.pdf scan.tif
made scan-graphicsmagick graphicsmagick 'pictures of its own' gm convert scan.jpg -compress JPEG out.pdf
made scan-ocrmypdf ocrmypdf 'a scan with a layer of text, PDF/A' sh -c 'img2pdf -o in.pdf scan.jpg && ocrmypdf -q -l eng --output-type pdfa in.pdf out.pdf'

# --------------------------------------------------------------------------------------------- libraries

cat >lab.py <<'END'
from reportlab.pdfgen import canvas
from reportlab.lib.colors import red
c = canvas.Canvas('out.pdf', invariant=1, pagesize=(595, 842)); c.drawString(72, 700, 'Cong van so 12'); c.bookmarkPage('a'); c.addOutlineEntry('Muc', 'a')
f = c.acroForm; f.textfield(name='hoten', x=72, y=600, value='Mau'); f.checkbox(name='dong', x=72, y=560, checked=True)
f.radio(name='thon', value='thuong', x=72, y=520, selected=True); f.radio(name='thon', value='ha', x=100, y=520); c.showPage()
c.setPageRotation(90); c.drawString(72, 300, 'Phu luc'); c.save()
END
made reportlab-form python3-reportlab 'a form with radio buttons, base 85 data, a turned page' /usr/bin/python3 lab.py
cat >plot.py <<'END'
import matplotlib; matplotlib.use('pdf'); import matplotlib.pyplot as p
p.plot([1, 3, 2]); p.title('Số cây'); p.savefig('out.pdf', metadata={'CreationDate': None})
END
made matplotlib python3-matplotlib 'Type 3 fonts' /usr/bin/python3 plot.py
cat >fitz_form.py <<'END'
import fitz
d = fitz.open(); g = d.new_page(); g.insert_text((72, 100), 'Cong van so 12')
w = fitz.Widget(); w.field_name = 'hoten'; w.field_type = fitz.PDF_WIDGET_TYPE_TEXT; w.rect = fitz.Rect(72, 200, 300, 220); w.field_value = 'Mau'; g.add_widget(w)
g.add_text_annot((300, 300), 'Ghi chu'); d.embfile_add('a.txt', b'phu luc'); d.save('out.pdf')
END
made mupdf-python python3-fitz 'a form, a note and an attachment' /usr/bin/python3 fitz_form.py
made pikepdf python3-pikepdf 'object streams by libqpdf' sh -c 'ps2pdf letter.ps in.pdf && /usr/bin/python3 -c "
import pikepdf
p = pikepdf.open(\"in.pdf\"); p.pages[0].Rotate = 270; p.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
p.save(\"out.pdf\", object_stream_mode=pikepdf.ObjectStreamMode.generate, static_id=True)"'
made pypdf2 python3-pypdf2 'rewritten by PyPDF2' sh -c 'ps2pdf letter.ps in.pdf && /usr/bin/python3 -c "
from PyPDF2 import PdfReader, PdfWriter
w = PdfWriter(); [w.add_page(p) for p in PdfReader(\"in.pdf\").pages]; w.add_js(\"app.beep();\"); w.write(\"out.pdf\")"'
cat >api2.pl <<'END'
use PDF::API2; my $p = PDF::API2->new(); my $g = $p->page(); $g->mediabox('A4');
my $t = $g->text(); $t->font($p->corefont('Times-Roman'), 20); $t->translate(72, 700); $t->text('Cong van so 12'); $p->saveas('out.pdf');
END
made perl-api2 libpdf-api2-perl 'PDF::API2' perl api2.pl
cat >create.pl <<'END'
use PDF::Create; my $p = PDF::Create->new(filename => 'out.pdf', Title => 'So 12'); my $r = $p->new_page(MediaBox => $p->get_page_size('A4'));
my $g = $r->new_page; my $f = $p->font(BaseFont => 'Times-Roman'); $g->stringl($f, 20, 72, 700, 'Cong van so 12'); $r->new_page; $p->close;
END
made perl-create libpdf-create-perl 'pages below pages' perl create.pl
made perl-cam libcam-pdf-perl 'rewritten by CAM::PDF' sh -c 'ps2pdf -dCompatibilityLevel=1.4 letter.ps in.pdf && perl -MCAM::PDF -e "my \$p = CAM::PDF->new(q(in.pdf)); \$p->cleansave(); \$p->cleanoutput(q(out.pdf))"'
cat >prawn.rb <<'END'
require 'prawn'
Prawn::Document.generate('out.pdf', page_size: 'A4') { text 'Cong van so 12'; start_new_page(layout: :landscape); text 'Phu luc' }
END
made ruby-prawn ruby-prawn 'pages of two directions' ruby prawn.rb
cat >tcpdf.php <<'END'
<?php require 'tcpdf/tcpdf.php'; $p = new TCPDF(); $p->AddPage(); $p->SetFont('times', '', 20); $p->Write(10, 'Cong van so 12');
$p->TextField('hoten', 60, 8); $p->Annotation(20, 100, 10, 10, 'Ghi chu'); $p->Output(getcwd() . '/out.pdf', 'F');
END
made php-tcpdf php-tcpdf 'a form and a note' php -d include_path=.:/usr/share/php tcpdf.php
cat >fpdf.php <<'END'
<?php require 'fpdf/fpdf.php'; $p = new FPDF(); $p->AddPage(); $p->SetFont('Times', '', 20); $p->Write(10, 'Cong van so 12'); $p->Output('F', 'out.pdf');
END
made php-fpdf php-fpdf 'attributes on the root of the page tree' php -d include_path=.:/usr/share/php fpdf.php
cat >dompdf.php <<'END'
<?php require 'dompdf/autoload.php'; $d = new Dompdf\Dompdf(); $d->loadHtml('<p>Cong van so 12</p>'); $d->render(); file_put_contents('out.pdf', $d->output());
END
made php-dompdf php-dompdf 'Cpdf' php -d include_path=.:/usr/share/php dompdf.php
cat >haru.c <<'END'
#include <hpdf.h>
int main(void) { HPDF_Doc d = HPDF_New(0, 0); HPDF_Page p = HPDF_AddPage(d); HPDF_SetCompressionMode(d, HPDF_COMP_ALL); HPDF_Page_SetSize(p, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
HPDF_Page_BeginText(p); HPDF_Page_SetFontAndSize(p, HPDF_GetFont(d, "Times-Roman", 0), 20); HPDF_Page_TextOut(p, 72, 700, "Cong van so 12"); HPDF_Page_EndText(p); HPDF_SaveToFile(d, "out.pdf"); return 0; }
END
made libharu libhpdf-dev 'a C library' sh -c 'gcc haru.c -o haru -lhpdf && ./haru'
made podofo libpodofo-utils 'two files made one' sh -c 'ps2pdf -dCompatibilityLevel=1.4 letter.ps a.pdf && cp a.pdf b.pdf && podofomerge a.pdf b.pdf out.pdf'
made pdftk-java pdftk-java 'rewritten by iText 4, turned' sh -c 'ps2pdf letter.ps in.pdf && pdftk in.pdf cat 1 2east output out.pdf'
made fop fop 'from XSL-FO' fop -q letter.fo out.pdf
made r-pdf r-base-core 'the pdf device' Rscript -e 'pdf("out.pdf"); plot(1:3); dev.off()'
made mutool-create mupdf-tools 'mutool create' sh -c 'printf "%%%%MediaBox 0 0 595 842\n%%%%Font F1 Times-Roman\nBT /F1 20 Tf 72 700 Td (Cong van so 12) Tj ET\n" > p.txt && mutool create -o out.pdf p.txt'

# -------------------------------------------------------------------------------------------------- Java

jars=/usr/share/java/pdfbox2.jar:/usr/share/java/fontbox2.jar:/usr/share/java/commons-logging.jar:/usr/share/java/itextpdf-5.5.13.jar:/usr/share/java/itextpdf.jar:/usr/share/java/itext5.jar:/usr/share/java/itext5-itextpdf.jar:/usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar
java_program() { java -cp "$jars:$(echo /usr/share/java/*itext* | tr ' ' ':')" "$@"; }
cat >Box.java <<'END'
import org.apache.pdfbox.pdmodel.*; import org.apache.pdfbox.pdmodel.font.*; import org.apache.pdfbox.pdmodel.interactive.form.*; import org.apache.pdfbox.pdmodel.common.*;
public class Box { public static void main(String[] a) throws Exception { PDDocument d = new PDDocument(); PDPage p = new PDPage(PDRectangle.A4); d.addPage(p);
PDPageContentStream s = new PDPageContentStream(d, p); s.beginText(); s.setFont(PDType1Font.TIMES_ROMAN, 20); s.newLineAtOffset(72, 700); s.showText("Cong van so 12"); s.endText(); s.close();
PDAcroForm f = new PDAcroForm(d); d.getDocumentCatalog().setAcroForm(f); PDResources r = new PDResources(); r.put(org.apache.pdfbox.cos.COSName.getPDFName("Helv"), PDType1Font.HELVETICA); f.setDefaultResources(r); f.setDefaultAppearance("/Helv 0 Tf 0 g");
PDTextField t = new PDTextField(f); t.setPartialName("hoten"); f.getFields().add(t); t.getWidgets().get(0).setRectangle(new PDRectangle(72, 600, 200, 20)); t.getWidgets().get(0).setPage(p); p.getAnnotations().add(t.getWidgets().get(0)); t.setValue("Mau");
PDSignatureField g = new PDSignatureField(f); g.setPartialName("KySan"); f.getFields().add(g); g.getWidgets().get(0).setPage(p); g.getWidgets().get(0).setRectangle(new PDRectangle()); p.getAnnotations().add(g.getWidgets().get(0));
d.save("out.pdf"); } }
END
made pdfbox-form libpdfbox2-java 'a form with an empty signature field' java_program Box.java
cat >Text.java <<'END'
import com.itextpdf.text.*; import com.itextpdf.text.pdf.*; import java.io.*;
public class Text { public static void main(String[] a) throws Exception { Document d = new Document(PageSize.A4.rotate()); PdfWriter w = PdfWriter.getInstance(d, new FileOutputStream("out.pdf")); w.setFullCompression(); w.setPdfVersion(PdfWriter.VERSION_1_7); d.open();
d.add(new Paragraph("Cong van so 12")); PdfLayer l = new PdfLayer("Nhap", w); l.setOn(false); PdfContentByte c = w.getDirectContent(); c.beginLayer(l); c.rectangle(100, 100, 300, 200); c.fill(); c.endLayer(); d.newPage(); d.add(new Paragraph("Phu luc")); d.close(); } }
END
made itext5-layers libitext5-java 'full compression, a hidden layer, landscape' java_program Text.java

# ------------------------------------------------------------------------------- signed by other programs

keys() {
  [[ -f signer.p12 ]] && return
  openssl req -x509 -newkey rsa:2048 -nodes -days 7300 -keyout key.pem -out cert.pem -subj '/CN=Nguoi Ky Truoc/O=Xa Suoi Ngoc' &&
    openssl pkcs12 -export -in cert.pem -inkey key.pem -passout pass:mau -name signer -out signer.p12
}
cat >Sign.java <<'END'
import com.itextpdf.text.*; import com.itextpdf.text.pdf.*; import com.itextpdf.text.pdf.security.*; import java.io.*; import java.security.*;
public class Sign { public static void main(String[] a) throws Exception { Security.addProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider());
KeyStore k = KeyStore.getInstance("PKCS12"); k.load(new FileInputStream("signer.p12"), "mau".toCharArray()); String n = k.aliases().nextElement();
PdfReader r = new PdfReader("in.pdf"); PdfStamper s = PdfStamper.createSignature(r, new FileOutputStream("out.pdf"), '\0', null, true); PdfSignatureAppearance p = s.getSignatureAppearance(); p.setVisibleSignature(new Rectangle(72, 72, 200, 120), 1, "TruocDo");
p.setCertificationLevel(Integer.parseInt(a[0])); MakeSignature.signDetached(p, new BouncyCastleDigest(), new PrivateKeySignature((PrivateKey) k.getKey(n, "mau".toCharArray()), "SHA-256", "BC"), k.getCertificateChain(n), null, null, null, 0, a[1].equals("cades") ? MakeSignature.CryptoStandard.CADES : MakeSignature.CryptoStandard.CMS); } }
END
itext_signed() { keys && ps2pdf letter.ps in.pdf && java_program Sign.java "$@"; }
made signed-by-itext libitext5-java 'a visible signature by iText' itext_signed 0 cades
made certified-by-itext libitext5-java 'a certification that allows forms and signatures' itext_signed 2 cms
cat >BoxSign.java <<'END'
import org.apache.pdfbox.pdmodel.*; import org.apache.pdfbox.pdmodel.interactive.digitalsignature.*; import java.io.*; import java.util.*;
public class BoxSign { public static void main(String[] a) throws Exception { PDDocument d = PDDocument.load(new File("in.pdf")); PDSignature s = new PDSignature(); s.setFilter(PDSignature.FILTER_ADOBE_PPKLITE); s.setSubFilter(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED); s.setName("Nguoi Ky Truoc"); s.setSignDate(new GregorianCalendar(2026, 10, 23));
d.addSignature(s, new SignatureInterface() { public byte[] sign(InputStream c) throws IOException { try { File f = new File("covered"); java.nio.file.Files.write(f.toPath(), c.readAllBytes());
Process p = new ProcessBuilder("openssl", "cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER", "-signer", "cert.pem", "-inkey", "key.pem", "-in", "covered").start(); return p.getInputStream().readAllBytes(); } catch (Exception e) { throw new IOException(e); } } }); d.saveIncremental(new FileOutputStream("out.pdf")); } }
END
pdfbox_signed() { keys && ps2pdf letter.ps in.pdf && java_program BoxSign.java; }
made signed-by-pdfbox libpdfbox2-java 'a signature by PDFBox' pdfbox_signed

du -sb "$to"
